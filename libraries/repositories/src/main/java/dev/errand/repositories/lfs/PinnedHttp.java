package dev.errand.repositories.lfs;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.hc.client5.http.auth.AuthScope;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.auth.BasicCredentialsProvider;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Asks URLs that strangers name. Each is judged first, and asked at the addresses that the judge
 * has seen, so that a name cannot mean something else a moment later. No redirect, cookie, login of
 * ours or compression; nothing of a header but its text. For one thread.
 */
public final class PinnedHttp implements AutoCloseable {
  private static final Timeout CONNECT = Timeout.ofSeconds(10);

  /** Between two bytes. */
  private static final Timeout SILENCE = Timeout.ofSeconds(30);

  /** From a forge to its storage is one. */
  private static final int MAX_REDIRECTS = 3;

  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}");
  private static final Pattern VALUE = Pattern.compile("[\\x20-\\x7e]{0,8192}");

  /** Said by the client itself, of the request that it makes. */
  private static final Set<String> OURS =
      Set.of(
          "host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "expect");

  private final Judge judge;
  private final Pins pins = new Pins();
  private final CloseableHttpClient client;

  /** Says whether a URL may be asked, and where. */
  @FunctionalInterface
  public interface Judge {
    /**
     * @return the addresses of its host; empty where a proxy alone knows what names mean
     * @throws ErrandException REPOSITORY_REFUSED, or REPOSITORY_UNREACHABLE for no such host
     */
    List<InetAddress> admit(URI url);
  }

  /** What is done with an answer's body. */
  @FunctionalInterface
  interface Body<T> {
    T read(InputStream body) throws IOException, LfsException, InterruptedException;
  }

  /**
   * @param caFile certificates (PEM) that are trusted instead of the Java runtime's
   * @param proxy asked instead of every host
   * @throws ErrandException REPOSITORY_UNREACHABLE when one of these is unusable
   */
  public PinnedHttp(Judge judge, @Nullable Path caFile, @Nullable String proxy) {
    this.judge = judge;
    try {
      var connections =
          PoolingHttpClientConnectionManagerBuilder.create()
              .setDnsResolver(pins)
              .setDefaultConnectionConfig(
                  ConnectionConfig.custom()
                      .setConnectTimeout(CONNECT)
                      .setSocketTimeout(SILENCE)
                      .build());
      if (caFile != null) {
        connections.setTlsSocketStrategy(new DefaultClientTlsStrategy(trusting(caFile)));
      }
      HttpClientBuilder builder =
          HttpClients.custom()
              .setConnectionManager(connections.build())
              .disableRedirectHandling()
              .disableCookieManagement()
              .disableAutomaticRetries()
              .disableContentCompression()
              .setUserAgent("errand");
      if (proxy != null) {
        use(URI.create(proxy), builder);
      }
      this.client = builder.build();
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      throw new ErrandException(
          FailureCode.REPOSITORY_UNREACHABLE,
          "errand.repositories.ca-file or errand.repositories.proxy cannot be used: "
              + e.getMessage(),
          e);
    }
  }

  private void use(URI proxy, HttpClientBuilder builder) throws UnknownHostException {
    HttpHost host = new HttpHost(proxy.getScheme(), proxy.getHost(), proxy.getPort());
    pins.put(proxy.getHost(), List.of(InetAddress.getAllByName(proxy.getHost())));
    builder.setProxy(host);
    if (proxy.getUserInfo() != null) {
      String[] user = proxy.getUserInfo().split(":", 2);
      BasicCredentialsProvider login = new BasicCredentialsProvider();
      login.setCredentials(
          new AuthScope(host),
          new UsernamePasswordCredentials(user[0], (user.length > 1 ? user[1] : "").toCharArray()));
      builder.setDefaultCredentialsProvider(login);
    }
  }

  private static SSLContext trusting(Path file) throws IOException, GeneralSecurityException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    try (InputStream in = Files.newInputStream(file)) {
      for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        trusted.setCertificateEntry("" + trusted.size(), one);
      }
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  /** Headers go to the first URL's scheme, host and port alone. */
  <T> T get(URI url, Map<String, String> headers, Body<T> body)
      throws LfsException, InterruptedException {
    URI at = url;
    for (int i = 0; i < MAX_REDIRECTS; i++) {
      boolean isThere =
          Objects.equals(at.getScheme(), url.getScheme())
              && Objects.equals(at.getRawAuthority(), url.getRawAuthority());
      HttpGet request = new HttpGet(admitted(at));
      Answer<T> answer = send(at, isThere ? headers : Map.of(), request, body);
      if (answer.next() == null) {
        return answer.body();
      }
      at = answer.next();
    }
    throw new LfsException("the server sends callers from one address to another");
  }

  /** A redirect is no answer to this: the repository's URL would have to be another. */
  <T> T post(URI url, Map<String, String> headers, String type, String text, Body<T> body)
      throws LfsException, InterruptedException {
    HttpPost request = new HttpPost(admitted(url));
    request.setEntity(new StringEntity(text, ContentType.create(type)));
    Answer<T> answer = send(url, headers, request, body);
    if (answer.next() != null) {
      throw new LfsException("'%s' sends callers elsewhere".formatted(url.getHost()));
    }
    return answer.body();
  }

  /** What is refused stays away for good; who does not answer may do so later. */
  private URI admitted(URI url) throws LfsException {
    try {
      List<InetAddress> addresses = judge.admit(url);
      if (!addresses.isEmpty()) {
        pins.put(url.getHost(), addresses);
      }
      return url;
    } catch (ErrandException e) {
      if (e.code() == FailureCode.REPOSITORY_REFUSED) {
        throw new LfsException(e.failure().message());
      }
      throw e;
    }
  }

  /** What an answer's body was read to, or where it leads instead. */
  private record Answer<T>(@Nullable T result, @Nullable URI next) {
    T body() {
      return Objects.requireNonNull(result);
    }
  }

  private <T> Answer<T> send(
      URI url, Map<String, String> headers, HttpUriRequestBase request, Body<T> body)
      throws LfsException, InterruptedException {
    for (Map.Entry<String, String> header : headers.entrySet()) {
      if (!NAME.matcher(header.getKey()).matches() || !VALUE.matcher(header.getValue()).matches()) {
        throw new LfsException("the server names a header that is none");
      }
      if (!OURS.contains(header.getKey().toLowerCase(Locale.ROOT))) {
        request.setHeader(header.getKey(), header.getValue());
      }
    }
    HttpHost host = new HttpHost(url.getScheme(), url.getHost(), url.getPort());
    boolean isRead = false;
    try (ClassicHttpResponse response = client.executeOpen(host, request, null)) {
      URI next = next(url, response);
      if (next == null) {
        requireSuccess(host, response.getCode());
        try (InputStream in = stream(response)) {
          T result = body.read(in);
          isRead = true;
          return new Answer<>(result, null);
        }
      }
      return new Answer<>(null, next);
    } catch (IOException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      throw new ErrandException(
          FailureCode.REPOSITORY_UNREACHABLE,
          "Git LFS: '%s' does not answer: %s".formatted(host, e.getMessage()),
          e);
    } finally {
      if (!isRead) {
        request.cancel();
      }
    }
  }

  private static InputStream stream(ClassicHttpResponse response) throws IOException {
    return response.getEntity() == null
        ? InputStream.nullInputStream()
        : response.getEntity().getContent();
  }

  private static @Nullable URI next(URI url, ClassicHttpResponse response) throws LfsException {
    Header location = response.getFirstHeader("Location");
    if (!REDIRECTS.contains(response.getCode()) || location == null) {
      return null;
    }
    try {
      return url.resolve(location.getValue());
    } catch (IllegalArgumentException e) {
      throw new LfsException("the server sends callers to what is no URL");
    }
  }

  private static void requireSuccess(HttpHost host, int status) throws LfsException {
    if (status == 429 || status >= 500) {
      throw new ErrandException(
          FailureCode.REPOSITORY_UNREACHABLE,
          "Git LFS: '%s' answers with status %d".formatted(host, status));
    }
    if (status != 200) {
      String meaning =
          switch (status) {
            case 401, 403 -> "asks for another login";
            case 404, 410 -> "does not have it";
            default -> "refuses";
          };
      throw new LfsException("'%s' %s (status %d)".formatted(host, meaning, status));
    }
  }

  @Override
  public void close() {
    client.close(CloseMode.GRACEFUL);
  }
}
