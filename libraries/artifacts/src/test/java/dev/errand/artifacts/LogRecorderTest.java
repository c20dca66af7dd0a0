package dev.errand.artifacts;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.schemas.Event;
import dev.errand.schemas.ids.StageName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogRecorderTest {
  private static final StageName STAGE = new StageName("run-agent");

  @TempDir private Path directory;
  private final List<String> live = new ArrayList<>();
  private long free = 2_000;
  private FileArtifactStore store;

  @BeforeEach
  void openStore() throws IOException {
    store =
        new FileArtifactStore(
            directory.resolve("store"), new DiskReserve("/data", 2_000, () -> free));
  }

  @Test
  void recordsWhatComesTwiceOnce() throws IOException {
    try (LogRecorder recorder = open(LogFilter.none(), 1_000)) {
      var output = recorder.phase("agent-1");
      output.accept(0, bytes("hello "));
      output.accept(0, bytes("hello "));
      output.accept(3, bytes("lo world"));

      assertThat(text(recorder.finish())).isEqualTo("hello world");
      assertThat(live).containsExactly("0:hello ", "6:world");
    }
  }

  @Test
  void goesOnAfterTheProcessDied() throws IOException {
    try (LogRecorder first = open(LogFilter.none(), 1_000)) {
      first.phase("agent-1").accept(0, bytes("one\n"));
    }

    try (LogRecorder second = open(LogFilter.none(), 1_000)) {
      second.phase("agent-1").accept(2, bytes("e\ntwo\n"));

      Event.LogArtifact log = second.finish();
      assertThat(text(log)).isEqualTo("one\ntwo\n");
      assertThat(log.bytes()).isEqualTo(8);
      assertThat(second.lastLines()).containsExactly("one", "two");
      assertThat(second.finish()).isEqualTo(log);
    }
  }

  @Test
  void putsPhasesBehindEachOtherAlsoAfterARestart() throws IOException {
    try (LogRecorder first = open(LogFilter.none(), 1_000)) {
      first.phase("setup").accept(0, bytes("setup\n"));
      first.phase("maintenance").accept(0, bytes("main"));
    }

    try (LogRecorder second = open(LogFilter.none(), 1_000)) {
      second.phase("maintenance").accept(4, bytes("tenance\n"));

      assertThat(text(second.finish())).isEqualTo("setup\nmaintenance\n");
    }
  }

  @Test
  void masksWhatAFilterHeldBackInADeadProcess() throws IOException {
    try (LogRecorder first = open(new HoldsBackThree(), 1_000)) {
      first.phase("setup").accept(0, bytes("abcdef"));
    }

    try (LogRecorder second = open(new HoldsBackThree(), 1_000)) {
      second.phase("setup").accept(6, bytes("ghi"));

      assertThat(text(second.finish())).isEqualTo("abc***ghi");
    }
  }

  @Test
  void dropsWhatIsBeyondTheLimitAndSaysSo() throws IOException {
    try (LogRecorder recorder = open(LogFilter.none(), 10)) {
      var output = recorder.phase("agent-1");
      output.accept(0, bytes("12345678\n"));
      output.accept(9, bytes("abc\nend\n"));

      Event.LogArtifact log = recorder.finish();
      assertThat(log.truncated()).isTrue();
      assertThat(log.bytes()).isEqualTo(17);
      assertThat(text(log)).isEqualTo("12345678\na\n[0 bytes left out]\nbc\nend\n");
      assertThat(recorder.lastLines()).endsWith("abc", "end");
    }
  }

  @Test
  void keepsTheEndOfWhatIsBeyondTheLimit() throws IOException {
    try (LogRecorder recorder = open(LogFilter.none(), 10)) {
      byte[] noise = bytes("noise\n".repeat(20_000));
      recorder.phase("agent-1").accept(0, noise);
      recorder.phase("agent-1").accept(noise.length, bytes("the reason\n"));

      assertThat(text(recorder.finish()))
          .startsWith("noise\nnois\n[54,465 bytes left out]\n")
          .endsWith("noise\nthe reason\n")
          .hasSizeLessThan(LastLines.MAX_BYTES + 100);
    }
  }

  @Test
  void waitsForRoomAndGoesOnWhereItWas() throws IOException {
    try (LogRecorder first = open(LogFilter.none(), 1_000)) {
      var output = first.phase("agent-1");
      output.accept(0, bytes("one\n"));
      free = 999;

      assertThatThrownBy(() -> output.accept(4, bytes("two\n")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("/data");
    }
    try (LogRecorder second = open(LogFilter.none(), 1_000)) {
      second.phase("agent-1").accept(0, bytes("one\n")); // nothing new needs no room
      assertThatThrownBy(second::finish).isInstanceOf(IOException.class);
      free = 1_000;
      second.phase("agent-1").accept(4, bytes("two\n"));

      assertThat(text(second.finish())).isEqualTo("one\ntwo\n");
      assertThat(live).containsExactly("0:one\n", "4:two\n");
    }
  }

  @Test
  void keepsTheLastFiftyLinesReadable() throws IOException {
    try (LogRecorder recorder = open(LogFilter.none(), 1 << 20)) {
      var lines = new StringBuilder();
      for (int i = 0; i < 100; i++) {
        lines.append("line ").append(i).append('\n');
      }
      lines.append("\u001b[31mred\u001b[0m \u001b]0;title\u0007text\u202e\r\n");
      lines.append("10 %\r50 %\rdone\n");
      byte[] text = bytes(lines + "broken ?\n");
      text[text.length - 2] = (byte) 0xff;
      recorder.phase("agent-1").accept(0, text);

      assertThat(recorder.lastLines())
          .hasSize(50)
          .startsWith("line 53")
          .endsWith("red text", "done", "broken \ufffd");
    }
  }

  private LogRecorder open(LogFilter filter, long max) throws IOException {
    return LogRecorder.open(
        new LogRecorder.Target(directory.resolve("journal"), STAGE, store, max),
        filter,
        (offset, data) -> live.add(offset + ":" + new String(data, UTF_8)));
  }

  private String text(Event.LogArtifact log) throws IOException {
    try (var gzip = new GZIPInputStream(store.open(log.digest()).orElseThrow())) {
      return new String(gzip.readAllBytes(), UTF_8);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  /** Holds back the last three bytes, whatever they are. */
  private static final class HoldsBackThree implements LogFilter {
    private byte[] held = new byte[0];

    @Override
    public byte[] filter(byte[] data) {
      var all = new ByteArrayOutputStream();
      all.writeBytes(held);
      all.writeBytes(data);
      byte[] bytes = all.toByteArray();
      int out = Math.max(0, bytes.length - 3);
      held = java.util.Arrays.copyOfRange(bytes, out, bytes.length);
      return java.util.Arrays.copyOf(bytes, out);
    }

    @Override
    public byte[] rest() {
      byte[] rest = held;
      held = new byte[0];
      return rest;
    }

    @Override
    public void skipped(long bytes) {
      held = new byte[0];
    }
  }
}
