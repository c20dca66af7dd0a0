package dev.errand.egress;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamFilterTest {
  private static final String CHUNKS =
      "5\r\nhello\r\n1A\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n";

  @Test
  void passesABodyOfKnownLengthAndNothingBehind() throws MalformedException {
    for (int size = 1; size < 12; size++) {
      assertThat(passed(body(5), "helloPOST /", size)).isEqualTo("hello");
      assertThat(passed(body(0), "POST /", size)).isEmpty();
    }
  }

  @Test
  void passesChunksAndNothingBehind() throws MalformedException {
    for (int size = 1; size < 60; size++) {
      assertThat(passed(chunked(), CHUNKS + "GET / HTTP/1.1\r\n", size)).isEqualTo(CHUNKS);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "5;a=b\r\nhello\r\n",
        "5\nhello\n",
        "+5\r\nhello",
        "0x5\r\nhello",
        "5\r\nhelloX\r\n",
        "\r\n",
        "100000000\r\n",
        "0\r\nX: y\r\n\r\n"
      })
  void refusesChunksThatTwoReadersCouldTakeDifferently(String text) {
    assertThatThrownBy(() -> passed(chunked(), text, 100)).isInstanceOf(MalformedException.class);
  }

  @Test
  void tellsTheClientThatTheConnectionEnds() throws MalformedException {
    String response =
        "HTTP/1.1 100 Continue\r\n\r\n"
            + "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nKeep-Alive: 5\r\nETag: a\r\n\r\nbody";
    for (int size = 1; size < 120; size++) {
      assertThat(passed(new ResponseStream(), response, size))
          .isEqualTo(
              "HTTP/1.1 100 Continue\r\n\r\n"
                  + "HTTP/1.1 200 OK\r\nETag: a\r\nConnection: close\r\n\r\nbody");
    }
  }

  @Test
  void refusesAResponseThatChangesTheProtocol() {
    String response = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n";

    assertThatThrownBy(() -> passed(new ResponseStream(), response, 100))
        .isInstanceOf(MalformedException.class);
    assertThatThrownBy(() -> passed(new ResponseStream(), "x".repeat(70_000), 1_000))
        .isInstanceOf(MalformedException.class);
  }

  private static StreamFilter body(long bytes) {
    return new RequestBody(new Head.Framing.Length(bytes));
  }

  private static StreamFilter chunked() {
    return new RequestBody(new Head.Framing.Chunked());
  }

  private static String passed(StreamFilter filter, String text, int size)
      throws MalformedException {
    var out = new StringBuilder();
    for (int at = 0; at < text.length(); at += size) {
      String piece = text.substring(at, Math.min(text.length(), at + size));
      ByteBuf passed = filter.pass(Unpooled.copiedBuffer(piece, ISO_8859_1));
      out.append(passed.toString(ISO_8859_1));
      passed.release();
    }
    filter.discard();
    return out.toString();
  }
}
