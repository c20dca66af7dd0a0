package dev.errand.egress;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

class ClientHelloTest {
  @Test
  void readsTheServersNameOfARealHandshake() throws GeneralSecurityException, SSLException {
    assertThat(parse(hello("Www.Example.com")))
        .isEqualTo(new ClientHello.Complete("www.example.com"));
  }

  @Test
  void knowsAHandshakeThatNamesNoServer() throws GeneralSecurityException, SSLException {
    assertThat(parse(hello(null))).isEqualTo(new ClientHello.Complete(null));
  }

  @Test
  void asksForMoreUntilTheMessageIsWhole() throws GeneralSecurityException, SSLException {
    byte[] hello = hello("example.com");
    for (int length = 0; length < hello.length; length++) {
      assertThat(parse(Arrays.copyOf(hello, length))).isEqualTo(new ClientHello.Incomplete());
    }
  }

  @Test
  void joinsAMessageThatIsSpreadOverRecords() throws GeneralSecurityException, SSLException {
    byte[] hello = hello("example.com");
    ByteBuffer spread = ByteBuffer.allocate(hello.length * 6);
    for (int at = 5; at < hello.length; at += 7) {
      int length = Math.min(7, hello.length - at);
      spread.put((byte) 22).put((byte) 3).put((byte) 1).putShort((short) length);
      spread.put(hello, at, length);
    }

    assertThat(ClientHello.parse(spread.flip())).isEqualTo(new ClientHello.Complete("example.com"));
  }

  @Test
  void knowsWhatIsNoHandshake() {
    assertThat(parse("SSH-2.0-OpenSSH".getBytes(StandardCharsets.US_ASCII)))
        .isEqualTo(new ClientHello.Foreign());
    assertThat(parse("G".getBytes(StandardCharsets.US_ASCII))).isEqualTo(new ClientHello.Foreign());
    assertThat(parse(new byte[] {22, 3, 1, 0, 4, 2, 0, 0, 0})).isEqualTo(new ClientHello.Foreign());
  }

  @Test
  void survivesEveryCorruptedByte() throws GeneralSecurityException, SSLException {
    byte[] hello = hello("example.com");
    var random = new Random(3);
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = hello.clone();
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      bytes[random.nextInt(Math.min(120, bytes.length))] = (byte) random.nextInt();

      assertThat(parse(bytes)).isNotNull();
    }
  }

  private static ClientHello parse(byte[] bytes) {
    return ClientHello.parse(ByteBuffer.wrap(bytes));
  }

  private static byte[] hello(@org.jspecify.annotations.Nullable String host)
      throws GeneralSecurityException, SSLException {
    SSLContext context = SSLContext.getDefault();
    SSLEngine engine =
        host == null ? context.createSSLEngine() : context.createSSLEngine(host, 443);
    engine.setUseClientMode(true);
    ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    engine.wrap(ByteBuffer.allocate(0), out);
    byte[] bytes = new byte[out.flip().remaining()];
    out.get(bytes);
    return bytes;
  }
}
