package dev.errand.standalone;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.errand.standalone.Finding.ObstacleException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What {@code up} and {@code down} did, as JSON: what is so now on standard output, or a failure on
 * standard error, in the form in which the client tells its own.
 */
record JsonAnswer(Installation installation, PrintStream out, PrintStream err) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Runs a command and tells its end; returns its exit code.
   *
   * @param command says to the stream what a person would read
   */
  int tell(ToIntFunction<PrintStream> command) {
    ByteArrayOutputStream words = new ByteArrayOutputStream();
    int exit;
    try {
      exit = command.applyAsInt(new PrintStream(words, true, StandardCharsets.UTF_8));
    } catch (ObstacleException e) {
      fail(1, e.finding().seen(), e.finding().remedy());
      return 1;
    }
    if (exit == 0) {
      out.println(text(state()));
    } else {
      List<String> lines =
          words
              .toString(StandardCharsets.UTF_8)
              .lines()
              .map(String::strip)
              .filter(line -> !line.isEmpty())
              .toList();
      String detail = lines.isEmpty() ? "it failed" : lines.getFirst();
      fail(exit, detail, "run `errand doctor`", lines.stream().skip(1).toList());
    }
    return exit;
  }

  /** Tells a failure of which no more is known than this. */
  void fail(int exit, String detail, String hint) {
    fail(exit, detail, hint, List.of());
  }

  private void fail(int exit, String detail, String hint, List<String> lastLines) {
    Map<String, @Nullable Object> failure = new LinkedHashMap<>();
    failure.put("exitCode", exit);
    failure.put("code", null);
    failure.put("detail", detail);
    failure.put("hint", hint);
    failure.put("lastLines", lastLines);
    err.println(text(failure));
  }

  private Map<String, @Nullable Object> state() {
    boolean runs = installation.process().isPresent();
    Map<String, @Nullable Object> state = new LinkedHashMap<>();
    state.put("state", runs ? "running" : "stopped");
    state.put("url", runs ? installation.url().map(URI::toString).orElse(null) : null);
    state.put("data", installation.data().toString());
    return state;
  }

  private static String text(Map<String, @Nullable Object> document) {
    try {
      return JSON.writeValueAsString(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e); // texts, numbers and lists can always be written
    }
  }
}
