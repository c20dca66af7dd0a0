package dev.errand.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
final class EnvironmentFileTest {
  @TempDir private Path folder;
  private final FakeServer server = new FakeServer();

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void anEnvironmentsFileIsSentAsItIs() throws IOException {
    String yaml = "id: web\nrepository: https://x/y\n";
    Files.writeString(folder.resolve("e.yaml"), yaml);
    server.json(
        "PUT /api/v1/environments/web",
        200,
        "{\"id\":\"web\",\"version\":2,\"secrets\":[{\"name\":\"K\",\"version\":null}]}");

    Errand.Outcome outcome = new Errand(folder, server).run("env", "apply", "-f", "e.yaml");

    assertThat(outcome.out()).isEqualTo("web: version 2\n");
    assertThat(outcome.err()).contains("errand env secret set web K");
    assertThat(server.last().body()).isEqualTo(yaml);
    assertThat(server.last().header("Content-Type")).isEqualTo("application/yaml");
  }

  /** Line breaks are written as |. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "id: web|setup: [a|; 3:1: expected ',' or ']', but got <stream end>, while parsing a flow",
        "id: web|\trepository: x|; 2:1: found character '\\t(TAB)' that cannot start any token",
        "id: web|setup: \"x|y: z|; 4:1: found unexpected end of stream, while scanning a quoted"
            + " scalar from line 2 on",
        "id: web|b: \u0001x|; 2:4: the character U+0001 is not allowed",
        "a: b: c|; 1:5: mapping values are not allowed here",
        "id: web|---|id: web|; 3:1: a second document begins here",
        "id: [web]|; 1:5: the id is no text",
        "# a note|id: Bad Id|; 2:5: 'Bad Id' is no id of an environment",
        "label: x|; 1:1: the key id is missing",
        "- id: web|; 1:1: this is not an environment: it has no keys",
      })
  void mistakesOfSyntaxHaveTheirPlace(String document, String message) throws IOException {
    Files.writeString(folder.resolve("bad.yaml"), document.replace('|', '\n'));

    Errand.Outcome outcome = new Errand(folder, server).run("env", "apply", "-f", "bad.yaml");

    assertThat(outcome.exit()).isEqualTo(2);
    assertThat(outcome.err()).startsWith("errand: bad.yaml:" + message);
    assertThat(server.requests).isEmpty();
  }

  @Test
  void mistakesThatTheServerFindsHaveTheirPlaceToo() throws IOException {
    Files.writeString(folder.resolve("e.yaml"), "id: web\nnope: 1\n");
    server.problem(
        "PUT /api/v1/environments/web",
        400,
        "{\"code\":\"ENVIRONMENT_INVALID\",\"detail\":\"line 2, column 1: unknown key nope\"}");

    Errand.Outcome outcome = new Errand(folder, server).run("env", "apply", "-f", "e.yaml");

    assertThat(outcome.exit()).isEqualTo(2);
    assertThat(outcome.err()).contains("errand: e.yaml:2:1: unknown key nope");
  }

  @Test
  void whatGetPrintsIsReadAsItWas() {
    server.json(
        "GET /api/v1/environments/web",
        200,
        """
        {"id":"web","version":2,"label":"a\\u2028b \\\\L","setup":"x\\u2029\\n\\u202ey\\n"}""");

    Errand.Outcome outcome = new Errand(folder, server).run("env", "get", "web");

    assertThat(outcome.out())
        .isEqualTo(
            """
            # version 2, generation 0
            id: "web"
            label: "a\\u2028b \\\\L"
            setup: "x\\u2029\\n\\u202Ey\\n"
            """);
  }

  @Test
  void whatGetPrintsHasTheMembers() {
    server.json(
        "GET /api/v1/environments/web",
        200,
        "{\"id\":\"web\",\"version\":2,\"members\":[\"alice\",\"bob@example.org\"]}");

    Errand.Outcome outcome = new Errand(folder, server).run("env", "get", "web");

    assertThat(outcome.out()).contains("members:\n- \"alice\"\n- \"bob@example.org\"\n");
  }

  @Test
  void aFileWithoutAnEndIsTooLarge() {
    Errand.Outcome outcome = new Errand(folder, server).run("env", "apply", "-f", "/dev/zero");

    assertThat(outcome.exit()).isEqualTo(2);
    assertThat(outcome.err()).contains("/dev/zero is larger than 1024 KiB");
  }

  @Test
  void aByteThatIsNotUtf8HasItsPlace() throws IOException {
    byte[] latin = "id: web\nlabel: ü caf\u00e9\n".getBytes(StandardCharsets.UTF_8);
    latin[latin.length - 3] = (byte) 0xe9;
    Files.write(folder.resolve("bad.yaml"), latin);

    Errand.Outcome outcome = new Errand(folder, server).run("env", "apply", "-f", "bad.yaml");

    assertThat(outcome.exit()).isEqualTo(2);
    assertThat(outcome.err())
        .startsWith("errand: bad.yaml:2:13: the byte 0xE9 is not UTF-8, and the file must be");
  }
}
