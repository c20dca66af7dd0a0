package dev.errand.ingest.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ChunkTextTest {
  private static final byte[] BYTES = "aé€😀z".getBytes(StandardCharsets.UTF_8);

  @Test
  void joinsCharactersWhereverTheyAreCut() {
    for (int cut = 0; cut <= BYTES.length; cut++) {
      for (int second = cut; second <= BYTES.length; second++) {
        ChunkText text = new ChunkText();

        String joined =
            text.accept(0, Arrays.copyOfRange(BYTES, 0, cut))
                + text.accept(cut, Arrays.copyOfRange(BYTES, cut, second))
                + text.accept(second, Arrays.copyOfRange(BYTES, second, BYTES.length));

        assertThat(joined).as("%d, %d", cut, second).isEqualTo("aé€😀z");
      }
    }
  }

  @Test
  void leavesOutWhatCameBefore() {
    ChunkText text = new ChunkText();

    assertThat(text.accept(0, "hello".getBytes(StandardCharsets.UTF_8))).isEqualTo("hello");
    assertThat(text.accept(0, "hello".getBytes(StandardCharsets.UTF_8))).isEmpty();
    assertThat(text.accept(3, "lo you".getBytes(StandardCharsets.UTF_8))).isEqualTo(" you");
  }

  @Test
  void goesOnAfterAGapAndShowsWhatIsNoText() {
    ChunkText text = new ChunkText();

    assertThat(text.accept(0, new byte[] {'a', (byte) 0xe2})).isEqualTo("a");
    assertThat(text.accept(100, new byte[] {'b', (byte) 0xff, 'c'})).isEqualTo("b\uFFFDc");
  }

  @Test
  void readsTheCursorsItWrites() {
    LogCursor cursor = LogCursor.START.afterLog().afterLog().afterProgress();

    assertThat(LogCursor.parse(cursor.toString())).isEqualTo(cursor).hasToString("2-1");
    assertThat(LogCursor.parse(null)).isEqualTo(LogCursor.START);
    assertThat(LogCursor.parse("2-x")).isEqualTo(LogCursor.START);
    assertThat(cursor.coversLog(LogCursor.START.afterLog())).isTrue();
    assertThat(cursor.coversProgress(cursor.afterProgress())).isFalse();
  }
}
