package dev.errand.cli.cloud;

import dev.errand.cli.outcome.CommandFailure;
import dev.errand.cli.session.Session;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What the agent is told: an argument, or standard input. */
final class Prompt {
  /** The server's own limit is lower and says so; this one only bounds memory. */
  private static final int MAX_BYTES = 4 * 1024 * 1024;

  private Prompt() {}

  /**
   * The prompt.
   *
   * @param argument null or {@code -} reads standard input
   * @param usage how to say it, for who has said nothing at a terminal
   * @throws CommandFailure (USAGE) when there is none, or it is not UTF-8
   */
  static String read(Session session, @Nullable String argument, String usage) {
    if (argument != null && !argument.equals("-")) {
      return argument;
    }
    if (argument == null && session.terminal().people().in()) {
      throw CommandFailure.usage("there is no prompt", "say what to do: " + usage);
    }
    byte[] input = session.input(MAX_BYTES, "the prompt");
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(input)).toString();
    } catch (CharacterCodingException e) {
      throw CommandFailure.usage("the prompt on standard input is not UTF-8", null);
    }
  }
}
