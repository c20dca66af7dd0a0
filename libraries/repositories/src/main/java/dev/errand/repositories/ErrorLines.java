package dev.errand.repositories;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Standard error by lines, without terminal controls: a remote writes here too. A progress meter
 * ends its lines with a carriage return; those are told and not kept.
 */
final class ErrorLines implements Git.Sink {
  private static final int MAX_LINES = 50;
  private static final int MAX_LINE_BYTES = 2_000;
  private static final Pattern CONTROLS = Pattern.compile("\\e\\[[0-9;]*[A-Za-z]|\\p{Cntrl}");

  private final Consumer<String> progress;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private final ArrayDeque<String> last = new ArrayDeque<>();
  private boolean returned;

  ErrorLines(Consumer<String> progress) {
    this.progress = progress;
  }

  @Override
  public synchronized void take(byte[] chunk, int length) {
    for (int i = 0; i < length; i++) {
      add(chunk[i]);
    }
  }

  /** ssh ends its lines with both characters: only a return alone belongs to a meter. */
  private void add(byte character) {
    if (character == '\n') {
      end(true);
    } else if (returned) {
      end(false);
    }
    returned = character == '\r';
    if (character != '\n' && !returned && line.size() < MAX_LINE_BYTES) {
      line.write(character);
    }
  }

  /** At most 50, oldest first. */
  synchronized List<String> last() {
    end(true);
    return List.copyOf(last);
  }

  private void end(boolean kept) {
    String text = line.toString(StandardCharsets.UTF_8);
    text = CONTROLS.matcher(text).replaceAll("").strip();
    line.reset();
    if (text.isEmpty()) {
      return;
    }
    progress.accept(text);
    if (kept) {
      if (last.size() == MAX_LINES) {
        last.removeFirst();
      }
      last.addLast(text);
    }
  }
}
