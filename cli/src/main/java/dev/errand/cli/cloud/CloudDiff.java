package dev.errand.cli.cloud;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.errand.cli.outcome.CommandFailure;
import dev.errand.cli.outcome.ExitCode;
import dev.errand.cli.server.Json;
import dev.errand.cli.session.Session;
import dev.errand.cli.terminal.SafeText;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A task's diff: exactly its bytes, or in colours and made safe on a terminal. */
@Command(
    name = "diff",
    description = "Print a task's diff: its bytes into a pipe or file, in colours on a terminal.")
public final class CloudDiff implements Callable<Integer> {
  private static final String RESET = "\u001b[0m";

  private final Session session;

  @Parameters(paramLabel = "TASK", description = "The task's id or address.")
  String task = "";

  @Option(
      names = "--attempt",
      paramLabel = "N",
      description = "The attempt (default: the best one that has a diff).")
  @Nullable Integer attempt;

  /** The command of one run. */
  public CloudDiff(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    TaskReference reference = TaskReference.of(task, session);
    TaskDiff diff = TaskDiff.fetch(session.api(), reference, reference.attempt(attempt));
    if (session.json()) {
      session.print(document(diff));
    } else if (session.terminal().people().out()) {
      show(diff.patch());
    } else {
      write(diff.patch());
    }
    return 0;
  }

  private static ObjectNode document(TaskDiff diff) {
    ObjectNode json = Json.object();
    json.put("task", diff.task());
    json.put("attempt", diff.attempt());
    json.put("baseCommit", diff.baseCommit());
    try {
      json.put(
          "patch",
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(diff.patch())).toString());
    } catch (CharacterCodingException e) {
      json.put("patchBase64", Base64.getEncoder().encodeToString(diff.patch()));
    }
    return json;
  }

  private void write(byte[] patch) {
    PrintStream out = session.terminal().out();
    try {
      out.write(patch);
      out.flush();
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.FAILED, "cannot write the diff: " + e.getMessage(), null);
    }
  }

  private void show(byte[] patch) {
    boolean colours = session.terminal().colours();
    String text = SafeText.block(new String(patch, StandardCharsets.UTF_8));
    for (String line : text.lines().toList()) {
      String colour = colours ? colour(line) : "";
      session.print(colour.isEmpty() ? line : colour + line + RESET);
    }
  }

  private static String colour(String line) {
    if (line.startsWith("diff --git ") || line.startsWith("+++ ") || line.startsWith("--- ")) {
      return "\u001b[1m";
    }
    return switch (line.isEmpty() ? ' ' : line.charAt(0)) {
      case '+' -> "\u001b[32m";
      case '-' -> "\u001b[31m";
      case '@' -> "\u001b[36m";
      default -> "";
    };
  }
}
