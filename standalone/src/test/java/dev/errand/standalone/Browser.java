package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real browser with one page, without a window: Chromium, with a profile of its own, spoken to
 * over its debugging protocol.
 *
 * <p>Source: Chrome DevTools Protocol, domains Target, Page and Runtime.
 */
final class Browser implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int MAX_REPORTED = 1000;
  private static final Pattern LISTENING = Pattern.compile("DevTools listening on (ws://\\S+)");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path profile;
  private final Process process;
  private final Answers answers = new Answers();
  private final HttpClient client = HttpClient.newHttpClient();
  private final WebSocket socket;
  private final String session;

  private Browser(Path profile, Process process) throws IOException {
    this.profile = profile;
    this.process = process;
    socket = client.newWebSocketBuilder().buildAsync(URI.create(address(process)), answers).join();
    String target =
        call(null, "Target.createTarget", Map.of("url", "about:blank")).path("targetId").asText();
    Map<String, Object> attach = Map.of("targetId", target, "flatten", true);
    session = call(null, "Target.attachToTarget", attach).path("sessionId").asText();
  }

  static Browser start() {
    try {
      Path profile = Files.createTempDirectory(Path.of("/tmp"), "errand-browser");
      List<String> command =
          List.of(
              "chromium",
              "--headless",
              "--no-sandbox", // which root may not use
              "--disable-gpu",
              "--disable-quic",
              "--no-first-run",
              "--disable-background-networking",
              "--disable-component-update",
              "--disable-sync",
              "--user-data-dir=" + profile,
              "--remote-debugging-port=0");
      return new Browser(profile, new ProcessBuilder(command).redirectErrorStream(true).start());
    } catch (IOException e) {
      throw new UncheckedIOException("the page is tested with chromium: install it", e);
    }
  }

  private static String address(Process process) throws IOException {
    BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
    StringBuilder all = new StringBuilder();
    for (String line = said.readLine(); line != null; line = said.readLine()) {
      Matcher address = LISTENING.matcher(line);
      if (address.find()) {
        Thread.ofVirtual().start(() -> said.lines().forEach(_ -> {})); // a full pipe would stop it
        return address.group(1);
      }
      all.append(line).append('\n');
    }
    throw new AssertionError("chromium ended:\n" + all);
  }

  void open(String url) {
    call(session, "Page.navigate", Map.of("url", url));
    awaitTrue("location.href !== 'about:blank' && document.readyState === 'complete'");
  }

  /** What a JavaScript expression is on the page. */
  JsonNode evaluate(String expression) {
    JsonNode answer =
        call(
            session,
            "Runtime.evaluate",
            Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
    assertThat(answer.path("exceptionDetails").isMissingNode()).as("%s", answer).isTrue();
    return answer.path("result").path("value");
  }

  /** The text that an element shows; empty when there is none, or it is hidden. */
  String text(String selector) {
    return evaluate(
            "(() => { const it = document.querySelector('%s');".formatted(selector)
                + "return it?.checkVisibility() ? it.innerText : ''; })()")
        .asText();
  }

  void click(String selector) {
    evaluate("document.querySelector('%s').click()".formatted(selector));
  }

  void awaitTrue(String expression) {
    await(expression)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(() -> assertThat(evaluate(expression).asBoolean()).isTrue());
  }

  void awaitText(String selector, String text) {
    await(selector + " shows " + text)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(
            () -> {
              String shown = text(selector);
              assertThat(shown.contains(text))
                  .as(
                      () ->
                          "'%s' in: ..%s%nof: %s".formatted(text, end(shown), start(text("body"))))
                  .isTrue();
            });
  }

  /** A page may show half a million characters; a report need not. */
  private static String start(String text) {
    return text.substring(0, Math.min(MAX_REPORTED, text.length()));
  }

  private static String end(String text) {
    return text.substring(Math.max(0, text.length() - MAX_REPORTED));
  }

  private JsonNode call(@Nullable String of, String method, Map<String, Object> parameters) {
    Map<String, Object> message = new LinkedHashMap<>();
    long id = answers.last.incrementAndGet();
    message.put("id", id);
    message.put("method", method);
    message.put("params", parameters);
    if (of != null) {
      message.put("sessionId", of);
    }
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    answers.awaited.put(id, answer);
    try {
      socket.sendText(JSON.writeValueAsString(message), true).join();
      JsonNode said = answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
      assertThat(said.path("error").isMissingNode()).as("%s: %s", method, said).isTrue();
      return said.path("result");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts and numbers can be written as JSON", e);
    }
  }

  /** What the browser answers, by the number of the call; what it tells unasked is left out. */
  private static final class Answers implements WebSocket.Listener {
    private final AtomicLong last = new AtomicLong();
    private final Map<Long, CompletableFuture<JsonNode>> awaited = new ConcurrentHashMap<>();
    private final StringBuilder text = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(
        WebSocket socket, CharSequence piece, boolean isLast) {
      text.append(piece);
      if (isLast) {
        complete(text.toString());
        text.setLength(0);
      }
      socket.request(1);
      return null;
    }

    private void complete(String message) {
      try {
        JsonNode said = JSON.readTree(message);
        CompletableFuture<JsonNode> answer = awaited.remove(said.path("id").asLong());
        if (answer != null) {
          answer.complete(said);
        }
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("chromium said: " + message, e);
      }
    }
  }

  @Override
  public void close() {
    socket.abort();
    client.close();
    List<ProcessHandle> all =
        Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
    process.destroy();
    for (ProcessHandle one : all) { // those below the first one still write into the profile
      one.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }
    Folders.delete(profile);
  }
}
