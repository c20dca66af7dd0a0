package dev.errand.standalone;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
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
    int exit = command.applyAsInt(new PrintStream(words, true, StandardCharsets.UTF_8));
    if (exit == 0) {
      out.println(text(state()));
    } else {
      err.println(text(failure(exit, words.toString(StandardCharsets.UTF_8))));
    }
    return exit;
  }

  private Map<String, @Nullable Object> state() {
    boolean runs = installation.process().isPresent();
    Map<String, @Nullable Object> state = new LinkedHashMap<>();
    state.put("state", runs ? "running" : "stopped");
    state.put("url", runs ? installation.url().map(URI::toString).orElse(null) : null);
    state.put("data", installation.data().toString());
    return state;
  }

  private static Map<String, @Nullable Object> failure(int exit, String words) {
    List<String> lines = words.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    Map<String, @Nullable Object> failure = new LinkedHashMap<>();
    failure.put("exitCode", exit);
    failure.put("code", null);
    failure.put("detail", lines.isEmpty() ? "it failed" : lines.getFirst());
    failure.put("hint", "run `errand doctor`");
    failure.put("lastLines", lines.isEmpty() ? lines : lines.subList(1, lines.size()));
    return failure;
  }

  private static String text(Map<String, @Nullable Object> document) {
    try {
      return JSON.writeValueAsString(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e); // texts, numbers and lists can always be written
    }
  }
}
