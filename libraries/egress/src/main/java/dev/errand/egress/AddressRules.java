package dev.errand.egress;

import java.net.InetAddress;

/**
 * Which addresses and ports count as the public internet. Production uses {@link #publicInternet};
 * tests that serve on loopback pass their own, so no setting can open what must stay shut.
 */
public interface AddressRules {
  boolean allowsPort(int port);

  /** Whether a connection may go to this very address, after its name was resolved. */
  boolean allows(InetAddress address);

  /** Ports 80 and 443 of every global unicast address that is not one of this host's own. */
  static AddressRules publicInternet() {
    return new PublicInternet();
  }
}
