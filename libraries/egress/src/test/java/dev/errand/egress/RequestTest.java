package dev.errand.egress;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTest {
  @Test
  void readsATunnel() throws MalformedException {
    assertThat(parse("CONNECT example.com:443 HTTP/1.1\nHost: other.example"))
        .isEqualTo(new Request.Tunnel(new Destination("example.com", 443)));
  }

  @Test
  void letsTheAbsoluteFormWinAndStripsWhatIsOfThisHop() throws MalformedException {
    var plain =
        (Request.Plain)
            parse(
                """
                GET http://Example.com/a?b=c HTTP/1.1
                Host: evil.example
                Accept: */*
                Connection: Upgrade, X-Mine
                Upgrade: h2c
                HTTP2-Settings: AAA
                X-Mine: 1
                Proxy-Authorization: Basic xyz
                Proxy-Connection: keep-alive\
                """);

    assertThat(plain.destination()).isEqualTo(new Destination("example.com", 80));
    assertThat(plain.head().text())
        .isEqualTo(
            "GET /a?b=c HTTP/1.1\r\nHost: example.com\r\nAccept: */*\r\nConnection: close\r\n\r\n");
  }

  @Test
  void keepsTheBodysLengthWhateverConnectionNames() throws MalformedException {
    var plain =
        (Request.Plain)
            parse("PUT http://example.com HTTP/1.1\nContent-Length: 5\nConnection: content-length");

    assertThat(plain.framing()).isEqualTo(new Head.Framing.Length(5));
    assertThat(plain.head().text())
        .startsWith("PUT / HTTP/1.1\r\n")
        .contains("Content-Length: 5\r\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /path HTTP/1.1\nHost: example.com",
        "GET https://example.com/ HTTP/1.1",
        "GET http://user@example.com/ HTTP/1.1",
        "GET http://example.com/ HTTP/2.0",
        "GET http://example.com/ HTTP/1.1 ",
        "get http://example.com/ HTTP/1.1",
        "GET http://example.com/\tx HTTP/1.1",
        "CONNECT example.com HTTP/1.1",
        "POST http://a.b/ HTTP/1.1\nContent-Length: 5\nTransfer-Encoding: chunked",
        "POST http://a.b/ HTTP/1.1\nContent-Length: 5\nContent-Length: 5",
        "POST http://a.b/ HTTP/1.1\nContent-Length: +5",
        "POST http://a.b/ HTTP/1.1\nContent-Length: 5, 5",
        "POST http://a.b/ HTTP/1.1\nTransfer-Encoding: gzip, chunked",
        "POST http://a.b/ HTTP/1.1\nTransfer-Encoding: xchunked",
        "POST http://a.b/ HTTP/1.0\nTransfer-Encoding: chunked",
        "GET http://a.b/ HTTP/1.1\nAccept: a\n b",
        "GET http://a.b/ HTTP/1.1\nAccept : a",
        "GET http://a.b/ HTTP/1.1\n: a",
        "GET http://a.b/ HTTP/1.1\nAccept: a\u0000b",
        "GET http://a.b/ HTTP/1.1\nAccept: a\rX: b",
        "GET http://a.b/ HTTP/1.1\nHost: a.b\nHost: a.b",
        ""
      })
  void refusesWhatTwoReadersCouldTakeDifferently(String head) {
    assertThatThrownBy(() -> parse(head)).isInstanceOf(MalformedException.class);
  }

  @Test
  void refusesABareLineFeed() {
    byte[] head = "GET http://a.b/ HTTP/1.1\nX: y\r\n\r\n".getBytes(ISO_8859_1);

    assertThatThrownBy(() -> Request.parse(head)).isInstanceOf(MalformedException.class);
  }

  private static Request parse(String lines) throws MalformedException {
    return Request.parse((lines.replace("\n", "\r\n") + "\r\n\r\n").getBytes(ISO_8859_1));
  }
}
