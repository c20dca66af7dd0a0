package dev.errand.egress;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EgressProxyTest {
  private static final long LARGE = 256L << 20;

  @TempDir private Path folder;
  private final List<Denial> denials = new CopyOnWriteArrayList<>();
  private final List<String> resolved = new CopyOnWriteArrayList<>();
  private final List<String> served = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private EgressProxy proxy;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::echo);
    server.createContext("/large", EgressProxyTest::large);
    server.start();
    proxy = new EgressProxy(settings(), new LoopbackIsOutside(), this::resolve);
  }

  @AfterEach
  void stop() {
    proxy.close();
    server.stop(0);
  }

  @Test
  void forwardsAPlainRequest() throws IOException {
    try (ProxySocket socket = listen(new Policy.Everything())) {
      String answer = ask("POST http://test.example:%d/a HTTP/1.1\nContent-Length: 5\n\nhello");

      assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n").contains("Connection: close\r\n");
      assertThat(answer).endsWith("POST /a hello");
      assertThat(denials).isEmpty();
      assertThat(socket).isNotNull();
    }
  }

  @Test
  void answersOneRequestOfAConnection() throws IOException {
    try (ProxySocket socket = listen(new Policy.Everything())) {
      String get = "GET http://test.example:%d/a HTTP/1.1\n\n";
      String answer = ask(get + get);

      assertThat(answer.split("HTTP/1.1 200", -1)).hasSize(2);
      assertThat(served).hasSize(1);
      assertThat(socket).isNotNull();
    }
  }

  @Test
  void refusesEverythingWhenOffAndLooksNothingUp() throws IOException {
    try (ProxySocket socket = listen(new Policy.Off())) {
      String answer = ask("GET http://test.example/secret HTTP/1.1\n\n");

      assertThat(answer).startsWith("HTTP/1.1 403").contains("Errand-Rule: internet-off\r\n");
      assertThat(answer).contains("test.example:80 was refused by rule internet-off");
      assertThat(ask("CONNECT test.example:443 HTTP/1.1\n\n")).startsWith("HTTP/1.1 403");
      assertThat(denials)
          .containsExactly(
              new Denial("test.example", 80, "internet-off"),
              new Denial("test.example", 443, "internet-off"));
      assertThat(resolved).isEmpty();
      assertThat(socket).isNotNull();
    }
  }

  @Test
  void refusesAddressesAndNamesOfInnerAddresses() throws IOException {
    try (ProxySocket socket = listen(new Policy.Everything())) {
      assertThat(ask("GET http://127.0.0.1/ HTTP/1.1\n\n")).contains("Errand-Rule: ip-literal");
      assertThat(ask("GET http://0x7f.1/ HTTP/1.1\n\n")).contains("Errand-Rule: ip-literal");
      assertThat(ask("GET http://[::1]/ HTTP/1.1\n\n")).contains("Errand-Rule: ip-literal");
      assertThat(ask("GET http://inner.example:%d/ HTTP/1.1\n\n"))
          .contains("Errand-Rule: private-address");
      assertThat(ask("GET http://unknown.example:%d/ HTTP/1.1\n\n"))
          .startsWith("HTTP/1.1 502")
          .contains("unknown.example is unknown");
      assertThat(denials).extracting(Denial::rule).hasSize(4);
      assertThat(socket).isNotNull();
    }
  }

  @Test
  void productionRefusesLoopbackAndOtherPorts() throws IOException {
    try (var strict = new EgressProxy(settings(), AddressRules.publicInternet(), this::resolve);
        ProxySocket socket = strict.listen(path(), new Policy.Everything(), denials::add)) {
      assertThat(ask("GET http://test.example:%d/ HTTP/1.1\n\n")).contains("Errand-Rule: port");
      assertThat(ask("GET http://test.example/ HTTP/1.1\n\n"))
          .contains("Errand-Rule: private-address");
      assertThat(socket).isNotNull();
    }
  }

  @Test
  void answersMalformedRequestsAndServesNone() throws IOException {
    try (ProxySocket socket = listen(new Policy.Everything())) {
      String smuggled =
          "POST http://test.example:%d/ HTTP/1.1\nContent-Length: 3\nTransfer-Encoding: chunked\n\n";
      assertThat(ask(smuggled)).startsWith("HTTP/1.1 400").contains("both Content-Length");
      assertThat(ask("GET http://test.example:%d/ HTTP/1.1\nA: b\n c\n\n")).contains("folded");
      assertThat(ask("GET /path HTTP/1.1\n\n")).startsWith("HTTP/1.1 400");
      assertThat(ask("GET http://a.b/ HTTP/1.1\nX: " + "x".repeat(17_000) + "\n\n"))
          .startsWith("HTTP/1.1 400")
          .contains("more than 16384 bytes");
      assertThat(served).isEmpty();
      assertThat(socket).isNotNull();
    }
  }

  @Test
  void refusesATunnelThatIsNoTls() throws IOException {
    try (ProxySocket socket = listen(new Policy.Everything())) {
      String answer = ask("CONNECT test.example:%d HTTP/1.1\n\nGET / HTTP/1.1\nHost: a\n\n");

      assertThat(answer).startsWith("HTTP/1.1 200 Connection established\r\n\r\n");
      assertThat(answer).doesNotContain("GET");
      assertThat(denials).extracting(Denial::rule).containsExactly("not-tls");
      assertThat(served).isEmpty();
      assertThat(socket).isNotNull();
    }
  }

  @Test
  void carriesLargeBodiesThroughSmallBuffers() throws IOException {
    try (ProxySocket socket = listen(new Policy.Everything());
        var client = UnixClient.connect(path())) {
      client.send(withPort("GET http://test.example:%d/large HTTP/1.1\n\n"));

      assertThat(client.countToEnd()).isGreaterThan(LARGE);
      assertThat(socket).isNotNull();
    }
  }

  @Test
  void closingTheSocketEndsItsConnections() throws IOException {
    ProxySocket socket = listen(new Policy.Everything());
    try (var client = UnixClient.connect(path())) {
      client.send(withPort("GET http://test.example:%d/large HTTP/1.1\n\n"));
      client.read(1_000);

      socket.close();

      assertThat(client.countToEnd()).isLessThan(LARGE);
      assertThat(path()).doesNotExist();
    }
  }

  @Test
  void replacesTheSocketOfADeadProcess() throws IOException {
    Files.createFile(path());

    try (ProxySocket socket = listen(new Policy.Off())) {
      assertThat(ask("GET http://a.b/ HTTP/1.1\n\n")).startsWith("HTTP/1.1 403");
      assertThat(socket).isNotNull();
    }
  }

  @Test
  void leavesTheSocketToAWorkerThatHasTakenOver() throws IOException {
    ProxySocket first = listen(new Policy.Off());
    try (ProxySocket second = listen(new Policy.Off())) {
      first.close();

      assertThat(ask("GET http://a.b/ HTTP/1.1\n\n")).startsWith("HTTP/1.1 403");
      assertThat(second).isNotNull();
    }
    assertThat(path()).doesNotExist();
  }

  @Test
  void refusesMoreConnectionsThanItsLimitAndRecovers() throws IOException {
    try (ProxySocket socket = listen(new Policy.Everything())) {
      var open = new CopyOnWriteArrayList<UnixClient>();
      for (int i = 0; i < settings().maxConnectionsPerPhase(); i++) {
        open.add(UnixClient.connect(path()));
      }
      assertThat(ask("GET http://test.example:%d/ HTTP/1.1\n\n")).startsWith("HTTP/1.1 503");

      for (UnixClient client : open) {
        client.close();
      }

      await()
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(
              () ->
                  assertThat(ask("GET http://test.example:%d/ HTTP/1.1\n\n"))
                      .startsWith("HTTP/1.1 200"));
      assertThat(socket).isNotNull();
    }
  }

  private ProxySocket listen(Policy policy) {
    return proxy.listen(path(), policy, denials::add);
  }

  private Path path() {
    return folder.resolve("agent.sock");
  }

  private String ask(String request) throws IOException {
    try (var client = UnixClient.connect(path())) {
      client.send(withPort(request));
      return client.readToEnd();
    }
  }

  private String withPort(String request) {
    return request
        .replace("%d", Integer.toString(server.getAddress().getPort()))
        .replace("\n", "\r\n");
  }

  private List<InetAddress> resolve(String host) throws UnknownHostException {
    resolved.add(host);
    return switch (host) {
      case "test.example" -> List.of(InetAddress.getLoopbackAddress());
      case "inner.example" -> List.of(InetAddress.getByAddress(new byte[] {10, 0, 0, 1}));
      default -> throw new UnknownHostException(host);
    };
  }

  private void echo(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), ISO_8859_1);
    String line = "%s %s %s".formatted(exchange.getRequestMethod(), exchange.getRequestURI(), body);
    served.add(line);
    exchange.sendResponseHeaders(200, line.length());
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(line.getBytes(ISO_8859_1));
    }
  }

  private static void large(HttpExchange exchange) throws IOException {
    byte[] block = new byte[1 << 20];
    exchange.sendResponseHeaders(200, LARGE);
    try (OutputStream out = exchange.getResponseBody()) {
      for (long sent = 0; sent < LARGE; sent += block.length) {
        out.write(block);
      }
    }
  }

  static EgressSettings settings() {
    return new SmallRyeConfigBuilder()
        .withMapping(EgressSettings.class)
        .build()
        .getConfigMapping(EgressSettings.class);
  }

  /** Loopback stands for the internet; everything else is refused as in production. */
  static final class LoopbackIsOutside implements AddressRules {
    @Override
    public boolean allowsPort(int port) {
      return true;
    }

    @Override
    public boolean allows(InetAddress address) {
      return address.isLoopbackAddress();
    }
  }
}
