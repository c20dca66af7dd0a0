package dev.errand.sandbox;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** What we say to the runner: whole frames, ready to be written. */
final class RunnerCommand {
  private static final int RUN = 1;
  private static final int JOIN = 2;
  private static final int ACK = 3;
  private static final int KILL = 4;
  private static final int LENGTH_BYTES = 4;

  private RunnerCommand() {}

  /** Must be followed by a descriptor when the phase has secrets. */
  static ByteBuf run(PhaseSpec phase, String script, Map<String, String> environment) {
    ByteBuf frame = begin(RUN);
    text(frame, phase.id());
    frame.writeByte(phase.kind().code);
    frame.writeByte(phase.secrets().isEmpty() ? 0 : 1);
    frame.writeLong(phase.timeout().toMillis());
    text(frame, phase.workingDirectory());
    text(frame, phase.proxySocket() == null ? "" : phase.proxySocket());
    List<Map.Entry<String, String>> variables = List.copyOf(environment.entrySet());
    frame.writeShort(variables.size());
    for (Map.Entry<String, String> variable : variables) {
      text(frame, variable.getKey() + "=" + variable.getValue());
    }
    text(frame, script);
    return end(frame);
  }

  static ByteBuf join(String phase) {
    ByteBuf frame = begin(JOIN);
    text(frame, phase);
    return end(frame);
  }

  static ByteBuf acknowledge(long offset) {
    return end(begin(ACK).writeLong(offset));
  }

  static ByteBuf kill(String phase) {
    ByteBuf frame = begin(KILL);
    text(frame, phase);
    return end(frame);
  }

  private static ByteBuf begin(int type) {
    return Unpooled.buffer().writeInt(0).writeByte(type);
  }

  private static ByteBuf end(ByteBuf frame) {
    return frame.setInt(0, frame.readableBytes() - LENGTH_BYTES - 1);
  }

  private static void text(ByteBuf frame, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    frame.writeInt(bytes.length).writeBytes(bytes);
  }
}
