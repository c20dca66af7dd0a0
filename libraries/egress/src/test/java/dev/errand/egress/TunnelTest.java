package dev.errand.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real TLS through a tunnel, from a TCP client by way of a forwarder, as in a box. */
@Timeout(60)
class TunnelTest {
  private static final char[] PASSWORD = "test-password".toCharArray();
  private static final int BODY_BYTES = 8 << 20;

  @TempDir private static Path folder;
  private static SSLContext context;
  private static HttpsServer server;
  private static EgressProxy proxy;
  private static ProxySocket socket;
  private static ServerSocket forwarder;
  private static final List<Denial> DENIALS = new CopyOnWriteArrayList<>();

  @BeforeAll
  static void start() throws IOException, GeneralSecurityException, InterruptedException {
    context = context(makeKey());
    InetAddress loopback = InetAddress.getLoopbackAddress();
    server = HttpsServer.create(new InetSocketAddress(loopback, 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", TunnelTest::digest);
    server.start();
    proxy =
        new EgressProxy(
            EgressProxyTest.settings(),
            new EgressProxyTest.LoopbackIsOutside(),
            host -> List.of(loopback));
    Path path = folder.resolve("setup.sock");
    socket = proxy.listen(path, new Policy.Everything(), DENIALS::add);
    forwarder = new ServerSocket(0, 50, loopback);
    Thread.ofVirtual().start(() -> forward(path));
  }

  @AfterAll
  static void stop() throws IOException {
    forwarder.close();
    socket.close();
    proxy.close();
    server.stop(0);
  }

  @Test
  void carriesAnExchangeBothWays() throws IOException, GeneralSecurityException {
    byte[] body = new byte[BODY_BYTES];
    String answer = exchange("test.example", "test.example", body);

    String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
    assertThat(answer).startsWith("HTTP/1.1 200 OK").endsWith(digest);
  }

  @Test
  void refusesAServerNameOtherThanTheTunnels() {
    assertThatThrownBy(() -> exchange("test.example", "other.example", new byte[0]))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("access_denied");
    assertThat(DENIALS)
        .contains(new Denial("test.example", server.getAddress().getPort(), "other-server-name"));
  }

  private static String exchange(String host, String serverName, byte[] body) throws IOException {
    int port = server.getAddress().getPort();
    try (var tcp = new Socket(InetAddress.getLoopbackAddress(), forwarder.getLocalPort())) {
      String connect = "CONNECT %s:%d HTTP/1.1\r\n\r\n".formatted(host, port);
      tcp.getOutputStream().write(connect.getBytes(StandardCharsets.US_ASCII));
      byte[] established = tcp.getInputStream().readNBytes(39);
      assertThat(new String(established, StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 200");
      try (var tls = (SSLSocket) context.getSocketFactory().createSocket(tcp, host, port, true)) {
        SSLParameters parameters = tls.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(serverName)));
        tls.setSSLParameters(parameters);
        String head =
            "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
                .formatted(body.length);
        tls.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        tls.getOutputStream().write(body);
        return new String(tls.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      }
    }
  }

  private static void digest(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    byte[] answer;
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(body);
      answer = HexFormat.of().formatHex(digest).getBytes(StandardCharsets.US_ASCII);
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
    exchange.sendResponseHeaders(200, answer.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(answer);
    }
  }

  /** What the box's forwarder does: each connection goes to the socket as it is. */
  private static void forward(Path path) {
    while (!forwarder.isClosed()) {
      try {
        Socket tcp = forwarder.accept();
        SocketChannel unix = SocketChannel.open(StandardProtocolFamily.UNIX);
        unix.connect(UnixDomainSocketAddress.of(path));
        InputStream fromProxy = Channels.newInputStream(unix);
        OutputStream toProxy = Channels.newOutputStream(unix);
        Thread.ofVirtual().start(() -> copy(fromTcp(tcp), toProxy, unix));
        Thread.ofVirtual().start(() -> copy(fromProxy, toTcp(tcp), tcp));
      } catch (IOException e) {
        return; // closed at the test's end
      }
    }
  }

  private static InputStream fromTcp(Socket tcp) {
    try {
      return tcp.getInputStream();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static OutputStream toTcp(Socket tcp) {
    try {
      return tcp.getOutputStream();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void copy(InputStream in, OutputStream out, AutoCloseable end) {
    try (end) {
      in.transferTo(out);
    } catch (Exception e) {
      assertThat(e).isInstanceOf(IOException.class); // a reset ends a connection, too
    }
  }

  private static Path makeKey() throws IOException, InterruptedException {
    Path store = folder.resolve("key.p12");
    Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    Process process =
        new ProcessBuilder(
                List.of(
                    keytool.toString(),
                    "-genkeypair",
                    "-alias",
                    "test",
                    "-keyalg",
                    "EC",
                    "-dname",
                    "CN=test.example",
                    "-ext",
                    "san=dns:test.example",
                    "-storetype",
                    "PKCS12",
                    "-storepass",
                    new String(PASSWORD),
                    "-keystore",
                    store.toString()))
            .inheritIO()
            .start();
    assertThat(process.waitFor()).isZero();
    return store;
  }

  private static SSLContext context(Path store) throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    var keyManagers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keyManagers.init(keys, PASSWORD);
    var trustManagers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trustManagers.init(keys);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
    return tls;
  }
}
