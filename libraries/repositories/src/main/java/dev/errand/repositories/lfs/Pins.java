package dev.errand.repositories.lfs;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hc.client5.http.DnsResolver;

/** Knows the names that were judged, at the addresses that were judged, and no other. */
final class Pins implements DnsResolver {
  private final Map<String, List<InetAddress>> pins = new ConcurrentHashMap<>();

  void put(String host, List<InetAddress> addresses) {
    pins.put(plain(host), addresses);
  }

  @Override
  public InetAddress[] resolve(String host) throws UnknownHostException {
    List<InetAddress> addresses = pins.get(plain(host));
    if (addresses == null) {
      throw new UnknownHostException(host);
    }
    return addresses.toArray(InetAddress[]::new);
  }

  @Override
  public String resolveCanonicalHostname(String host) {
    return host;
  }

  private static String plain(String host) {
    return host.toLowerCase(Locale.ROOT).replaceAll("[\\[\\]]", "");
  }
}
