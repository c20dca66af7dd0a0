package dev.errand.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.management.ThreadMXBean;
import dev.errand.schemas.Topic;
import dev.errand.schemas.wire.UnreadableFactException.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.stream.Stream;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A few bytes that promise a lot are refused before memory is given for what they promise. */
class HostileFrameTest {
  /** A failure's stack trace and Avro's tables; a promise below is 30 times as much or more. */
  private static final long MAX_ALLOCATED_BYTES = 32L << 20;

  private static final int REJECTED = 4;
  private static final int ENDED = 14;
  private static final int LOGGED = 16;
  private static final int SNAPSHOT = 26;

  private final Wire wire = Wire.shipped();

  /** What a frame says after its schema's id. */
  interface Body {
    void write(BinaryEncoder out) throws IOException;
  }

  record Attack(String what, Topic topic, int id, Body body) {
    byte[] framed() {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      bytes.writeBytes(new byte[] {0, 0, 0, 0, (byte) id});
      try {
        BinaryEncoder out = EncoderFactory.get().binaryEncoder(bytes, null);
        body.write(out);
        out.flush();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return bytes.toByteArray();
    }

    @Override
    public String toString() {
      return what;
    }
  }

  static Stream<Attack> attacks() {
    return Stream.concat(
        Stream.of(1L << 30, Integer.MAX_VALUE - 8L, 1L << 40, Long.MAX_VALUE, -1L, Long.MIN_VALUE)
            .flatMap(HostileFrameTest::promises),
        Stream.of(
            new Attack("union branch", Topic.ATTEMPTS_ENDED, ENDED, HostileFrameTest::noSuchBranch),
            new Attack(
                "enum symbol", Topic.ATTEMPTS_ENDED, ENDED, HostileFrameTest::noSuchSymbol)));
  }

  private static Stream<Attack> promises(long count) {
    return Stream.of(
        new Attack("string of " + count, Topic.TASKS_REJECTED, REJECTED, o -> o.writeLong(count)),
        new Attack(
            "bytes of " + count,
            Topic.ATTEMPTS_LOGGED,
            LOGGED,
            out -> {
              run(out);
              out.writeString("local");
              out.writeString("set-up");
              out.writeLong(0);
              out.writeLong(count);
            }),
        new Attack("list of " + count, Topic.TASKS_REJECTED, REJECTED, out -> lines(out, count)),
        new Attack("map of " + count, Topic.SNAPSHOTS, SNAPSHOT, out -> ingredients(out, count)),
        new Attack(
            "skippable list of " + count,
            Topic.TASKS_REJECTED,
            REJECTED,
            out -> {
              lines(out, count > 0 ? -count : count); // a negative count is followed by a size
              out.writeLong(0);
              out.writeLong(0);
            }));
  }

  @ParameterizedTest
  @MethodSource("attacks")
  void aPromiseIsRefusedBeforeItCosts(Attack attack) {
    byte[] framed = attack.framed();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();

    assertMalformed(attack.topic(), framed);

    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(MAX_ALLOCATED_BYTES);
  }

  @Test
  void aFrameBeyondTheLimitIsNotLookedInto() {
    assertMalformed(Topic.TASKS_REQUESTED, new byte[Topic.MAX_EVENT_BYTES + 1]);
  }

  @Test
  void anotherMagicIsMalformed() {
    byte[] framed = wire.encode(Facts.all().findFirst().orElseThrow());
    for (int magic : new int[] {1, -1, 0x7b}) {
      byte[] other = framed.clone();
      other[0] = (byte) magic;
      assertMalformed(Topic.TASKS_REQUESTED, other);
    }
  }

  @Test
  void bytesAfterTheFactAreMalformed() {
    byte[] framed = wire.encode(Facts.all().findFirst().orElseThrow());

    assertMalformed(Topic.TASKS_REQUESTED, Arrays.copyOf(framed, framed.length + 100));
  }

  private void assertMalformed(Topic topic, byte[] framed) {
    assertThatExceptionOfType(UnreadableFactException.class)
        .isThrownBy(() -> wire.decode(topic, framed))
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.MALFORMED));
  }

  private static void run(BinaryEncoder out) throws IOException {
    out.writeString("01ARZ3NDEKTSV4RRFFQ69G5FAV");
    for (int i = 0; i < 3; i++) {
      out.writeInt(1);
    }
  }

  private static void lines(BinaryEncoder out, long count) throws IOException {
    out.writeString("01ARZ3NDEKTSV4RRFFQ69G5FAV");
    for (String text : new String[] {"ada", "web", "prompt", "BUG", "message"}) {
      out.writeString(text);
    }
    out.writeLong(count);
  }

  /** With a first entry: a map takes its memory when it is first put into. */
  private static void ingredients(BinaryEncoder out, long count) throws IOException {
    for (String text : new String[] {"local", "0123456789ab", "web", "cd".repeat(32)}) {
      out.writeString(text);
    }
    out.writeLong(0);
    out.writeEnum(1);
    out.writeIndex(1);
    out.writeLong(count);
    out.writeString("image");
    out.writeString("0a1b2c");
  }

  private static void noSuchBranch(BinaryEncoder out) throws IOException {
    run(out);
    out.writeIndex(17);
  }

  private static void noSuchSymbol(BinaryEncoder out) throws IOException {
    run(out);
    out.writeIndex(0);
    out.writeIndex(0);
    out.writeEnum(99);
  }
}
