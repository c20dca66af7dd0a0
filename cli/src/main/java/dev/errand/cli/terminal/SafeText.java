package dev.errand.cli.terminal;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Makes what containers and users wrote safe for a terminal: control characters and escape
 * sequences are dropped, colours (SGR) are kept when asked for, characters that change the reading
 * direction become visible. A stream: sequences may be cut anywhere between two pieces.
 *
 * <p>A lone carriage return becomes a new line, so that no line can overwrite another one. A string
 * sequence (OSC, DCS ...) ends at the latest with its line, so that it cannot swallow a log. Not
 * safe for threads.
 *
 * <p>Source: ECMA-48 sections 5.4 (control sequences), 5.6 (control strings), 8.3.117 (SGR).
 */
public final class SafeText {
  private static final char ESCAPE = '\u001b';
  private static final String RESET = "\u001b[0m";

  /** Real colours need about 20 characters; what is longer is not kept. */
  private static final int MAX_SEQUENCE_CHARACTERS = 64;

  private enum State {
    TEXT,
    AFTER_RETURN,
    AFTER_ESCAPE,
    IN_CONTROL_SEQUENCE,
    IN_STRING,
    IN_STRING_AFTER_ESCAPE
  }

  private final boolean colours;
  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);
  private final StringBuilder sequence = new StringBuilder();
  private State state = State.TEXT;
  private boolean coloured;
  private byte[] undecoded = new byte[0];

  /** Keeps colours or drops them too. */
  public SafeText(boolean colours) {
    this.colours = colours;
  }

  /** A whole text of one line: without colours, with spaces for line breaks. */
  public static String line(String text) {
    return new SafeText(false).accept(text).replace('\n', ' ').replace('\t', ' ').strip();
  }

  /** A whole text, line breaks kept, without colours. */
  public static String block(String text) {
    return new SafeText(false).accept(text);
  }

  /** The next bytes of UTF-8, which may end within a character. */
  public String accept(byte[] bytes, int length) {
    ByteBuffer in = ByteBuffer.allocate(undecoded.length + length);
    in.put(undecoded).put(bytes, 0, length).flip();
    CharBuffer out = CharBuffer.allocate(in.remaining() + 1);
    decoder.decode(in, out, false);
    undecoded = new byte[in.remaining()];
    in.get(undecoded);
    return accept(out.flip());
  }

  /** The next piece of text. */
  public String accept(CharSequence text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      next(text.charAt(i), out);
    }
    return out.toString();
  }

  /** What must be written at the end so that no colour stays on; empty mostly. */
  public String end() {
    boolean reset = coloured;
    coloured = false;
    state = State.TEXT;
    return reset ? RESET : "";
  }

  private void next(char c, StringBuilder out) {
    switch (state) {
      case TEXT -> text(c, out);
      case AFTER_RETURN -> {
        state = State.TEXT;
        if (c != '\n') {
          out.append('\n');
        }
        text(c, out);
      }
      case AFTER_ESCAPE -> afterEscape(c, out);
      case IN_CONTROL_SEQUENCE -> inControlSequence(c, out);
      case IN_STRING -> inString(c, out);
      case IN_STRING_AFTER_ESCAPE -> {
        state = State.IN_STRING;
        if (c == '\\') {
          state = State.TEXT;
        } else {
          inString(c, out);
        }
      }
    }
  }

  private void text(char c, StringBuilder out) {
    switch (c) {
      case '\n', '\t' -> out.append(c);
      case '\r' -> state = State.AFTER_RETURN;
      case ESCAPE -> state = State.AFTER_ESCAPE;
      case '\u009b' -> startControlSequence();
      case '\u0090', '\u0098', '\u009d', '\u009e', '\u009f' -> state = State.IN_STRING;
      default -> {
        if (changesDirection(c)) {
          out.append("<U+%04X>".formatted((int) c));
        } else if (!Character.isISOControl(c)) {
          out.append(c);
        }
      }
    }
  }

  private void afterEscape(char c, StringBuilder out) {
    if (c == '[') {
      startControlSequence();
    } else if (c == ']' || c == 'P' || c == 'X' || c == '^' || c == '_') {
      state = State.IN_STRING;
    } else if (c == '\n' || c == ESCAPE || c == '\r') {
      state = State.TEXT;
      text(c, out);
    } else if (c < ' ' || c > '/') { // an intermediate byte announces a further one
      state = State.TEXT;
    }
  }

  private void startControlSequence() {
    state = State.IN_CONTROL_SEQUENCE;
    sequence.setLength(0);
  }

  private void inControlSequence(char c, StringBuilder out) {
    if (c >= '@' && c <= '~') {
      state = State.TEXT;
      if (c == 'm' && colours && isColour()) {
        coloured = true;
        out.append(ESCAPE).append('[').append(sequence).append('m');
      }
    } else if (c < ' ' || c > '~') {
      state = State.TEXT;
      text(c, out);
    } else if (sequence.length() <= MAX_SEQUENCE_CHARACTERS) {
      sequence.append(c);
    }
  }

  private boolean isColour() {
    return sequence.length() <= MAX_SEQUENCE_CHARACTERS
        && sequence.chars().allMatch(c -> (c >= '0' && c <= '9') || c == ';' || c == ':');
  }

  private void inString(char c, StringBuilder out) {
    if (c == '\u0007' || c == '\u009c') {
      state = State.TEXT;
    } else if (c == ESCAPE) {
      state = State.IN_STRING_AFTER_ESCAPE;
    } else if (c == '\n' || c == '\r') {
      state = State.TEXT;
      text(c, out);
    }
  }

  /**
   * Whether a character changes the direction in which its neighbours are shown, so that text can
   * look like another one. Source: Unicode Standard Annex 9, section 2.
   */
  public static boolean changesDirection(char c) {
    return (c >= '\u202a' && c <= '\u202e')
        || (c >= '\u2066' && c <= '\u2069')
        || c == '\u200e'
        || c == '\u200f'
        || c == '\u061c';
  }
}
