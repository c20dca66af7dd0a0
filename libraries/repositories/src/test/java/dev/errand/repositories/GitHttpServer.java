package dev.errand.repositories;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.errand.schemas.ids.RepositoryUrl;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** Serves a folder's repositories with git's own CGI program, and two answers that are none. */
public final class GitHttpServer implements AutoCloseable {
  private static final String PASSWORD = "not a secret";

  private final HttpServer server;
  private final Path folder;
  private final Path certificate;
  private final LfsStub lfs = new LfsStub();

  private GitHttpServer(HttpServer server, Path folder, Path certificate) {
    this.server = server;
    this.folder = folder;
    this.certificate = certificate;
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::serve);
    server.start();
  }

  static GitHttpServer plain(Path folder) throws IOException {
    return new GitHttpServer(HttpServer.create(loopback(), 0), folder, folder);
  }

  /** By https, with a certificate that is made in the folder {@code tls}. */
  public static GitHttpServer secure(Path folder, Path tls)
      throws IOException, InterruptedException {
    Files.createDirectories(tls);
    Path store = tls.resolve("store.p12");
    Path certificate = tls.resolve("certificate.pem");
    keytool("-genkeypair", "-keyalg", "EC", "-dname", "CN=localhost", "-validity", "2")
        .run(store, "-ext", "san=dns:localhost");
    keytool("-exportcert", "-rfc", "-file", certificate.toString()).run(store);
    try (InputStream bytes = Files.newInputStream(store)) {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(bytes, PASSWORD.toCharArray());
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(keys, PASSWORD.toCharArray());
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(factory.getKeyManagers(), null, null);
      HttpsServer server = HttpsServer.create(loopback(), 0);
      server.setHttpsConfigurator(new HttpsConfigurator(context));
      return new GitHttpServer(server, folder, certificate);
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private interface Keytool {
    void run(Path store, String... more) throws IOException, InterruptedException;
  }

  private static Keytool keytool(String... first) {
    return (store, more) -> {
      List<String> line = new java.util.ArrayList<>();
      line.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
      line.addAll(List.of(first));
      line.addAll(List.of("-alias", "a", "-keystore", store.toString(), "-storepass", PASSWORD));
      line.addAll(List.of(more));
      Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IOException(output);
      }
    };
  }

  private static InetSocketAddress loopback() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  /** A repository of the folder. */
  public RepositoryUrl url(String repository) {
    String scheme = server instanceof HttpsServer ? "https" : "http";
    return new RepositoryUrl(
        "%s://localhost:%d/%s".formatted(scheme, server.getAddress().getPort(), repository));
  }

  /** What a client must trust. */
  public Path certificate() {
    return certificate;
  }

  /** What serves the contents of every repository. */
  public LfsStub lfs() {
    return lfs;
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      if (path.startsWith("/login")) {
        exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"x\"");
        exchange.sendResponseHeaders(401, -1);
      } else if (path.startsWith("/private") && !isLoggedIn(exchange)) {
        exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"x\"");
        exchange.sendResponseHeaders(401, -1);
      } else if (path.startsWith("/moved")) {
        exchange.getResponseHeaders().add("Location", "http://127.0.0.2:1" + path);
        exchange.sendResponseHeaders(302, -1);
      } else if (LfsStub.isFor(path)) {
        String url = url("x").value();
        lfs.serve(exchange, url.substring(0, url.length() - 2));
      } else {
        backend(exchange, path);
      }
    }
  }

  /** Whoever asks for what lies below {@code /private} must be robot, with this token. */
  public static final String TOKEN = "glpat-token-of-a-robot";

  private static boolean isLoggedIn(HttpExchange exchange) {
    String basic = "robot:" + TOKEN;
    String expected =
        "Basic " + Base64.getEncoder().encodeToString(basic.getBytes(StandardCharsets.UTF_8));
    return expected.equals(exchange.getRequestHeaders().getFirst("Authorization"));
  }

  private void backend(HttpExchange exchange, String path) throws IOException {
    ProcessBuilder builder = new ProcessBuilder("git", "http-backend");
    Map<String, String> variables = builder.environment();
    variables.put("GIT_PROJECT_ROOT", folder.toString());
    variables.put("GIT_HTTP_EXPORT_ALL", "1");
    variables.put("PATH_INFO", path);
    variables.put("REQUEST_METHOD", exchange.getRequestMethod());
    String query = exchange.getRequestURI().getRawQuery();
    variables.put("QUERY_STRING", query == null ? "" : query);
    header(exchange, variables, "Content-Type", "CONTENT_TYPE");
    header(exchange, variables, "Content-Encoding", "HTTP_CONTENT_ENCODING");
    header(exchange, variables, "Git-Protocol", "GIT_PROTOCOL");
    Process process = builder.start();
    try (OutputStream input = process.getOutputStream()) {
      exchange.getRequestBody().transferTo(input);
    }
    try (InputStream output = new BufferedInputStream(process.getInputStream())) {
      int status = 200;
      for (String line = line(output); !line.isEmpty(); line = line(output)) {
        String[] pair = line.split(": ", 2);
        if (pair[0].toLowerCase(Locale.ROOT).equals("status")) {
          status = Integer.parseInt(pair[1].substring(0, 3));
        } else {
          exchange.getResponseHeaders().add(pair[0], pair[1]);
        }
      }
      exchange.sendResponseHeaders(status, 0);
      output.transferTo(exchange.getResponseBody());
    }
  }

  private static void header(
      HttpExchange exchange, Map<String, String> variables, String header, String variable) {
    String value = exchange.getRequestHeaders().getFirst(header);
    if (value != null) {
      variables.put(variable, value);
    }
  }

  private static String line(InputStream stream) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = stream.read(); c >= 0 && c != '\n'; c = stream.read()) {
      line.append((char) c);
    }
    return line.toString().strip();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
