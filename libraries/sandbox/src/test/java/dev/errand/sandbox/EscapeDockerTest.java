package dev.errand.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every way out that is tried in a box, beside the same in a container that refuses nothing.
 *
 * <p>The table of docs/security.md is what held here; it is written anew by this test with {@code
 * -Derrand.security.write=true}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EscapeDockerTest {
  private static final Path DOCUMENT = Path.of("../../docs/security.md");
  private static final String BEGIN = "<!-- attacks -->\n";
  private static final String END = "<!-- end of attacks -->\n";

  /**
   * With all rights but one, which engines in containers of their own cannot give. A shell is PID
   * 1.
   */
  private static final List<String> OPEN =
      List.of(
          "run",
          "--detach",
          "--cap-add=ALL",
          "--cap-drop=SYS_RESOURCE",
          "--security-opt=seccomp=unconfined",
          "--security-opt=apparmor=unconfined",
          "--security-opt=systempaths=unconfined",
          "--volume=/sys/fs/cgroup:/sys/fs/cgroup",
          "--entrypoint=sh",
          Lab.IMAGE,
          "-c",
          "while :; do sleep 1; done");

  private Lab lab;
  private Box box;
  private String open;

  @BeforeAll
  void open(@TempDir Path mirror) throws IOException, InterruptedException {
    lab = new Lab();
    Files.setPosixFilePermissions(mirror, PosixFilePermissions.fromString("rwxr-xr-x"));
    BoxSpec plain = Lab.spec(Lab.IMAGE);
    box =
        lab.boxes()
            .create(
                new BoxSpec(
                    plain.id(),
                    plain.image(),
                    plain.limits(),
                    plain.environment(),
                    plain.prepared(),
                    List.of(new BoxSpec.ReadOnlyMount(mirror, "/errand/mirror.git"))));
    open = docker(OPEN).strip();
  }

  @AfterAll
  void close() throws IOException, InterruptedException {
    docker(List.of("rm", "-f", open));
    lab.close();
  }

  @ParameterizedTest
  @EnumSource(Escape.class)
  void noWayLeadsOut(Escape way) throws IOException, InterruptedException {
    String script = "python3 - <<'END'\n" + way.program() + "END\n";

    for (PhaseSpec.Kind phase : way.phases()) {
      assertThat(lab.run(box, phase, script).output()).as("%s", phase).isEqualTo(way.held() + "\n");
    }
    assertThat(docker(List.of("exec", open, "python3", "-c", way.program())))
        .as("where nothing is refused")
        .isEqualTo(way.unheld() + "\n");
  }

  /** The engine's own command: not all that is opened up here can be asked for over its API. */
  private static String docker(List<String> arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("docker"));
    command.addAll(arguments);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  @Test
  void theDocumentHasTheTable() throws IOException {
    String document = Files.readString(DOCUMENT);
    int begin = document.indexOf(BEGIN) + BEGIN.length();
    int end = document.indexOf(END);
    if (Boolean.getBoolean("errand.security.write")) {
      Files.writeString(DOCUMENT, document.substring(0, begin) + table() + document.substring(end));
    }

    assertThat(Files.readString(DOCUMENT)).contains(BEGIN + table() + END);
  }

  private static String table() {
    StringBuilder table =
        new StringBuilder(
            "| attack | outcome in a box, root's or an ordinary user's | rule |\n|---|---|---|\n");
    Arrays.stream(Escape.values())
        .map(way -> "| %s | %s | %s |\n".formatted(way.words(), way.held(), way.rule().words()))
        .forEach(table::append);
    return table.toString();
  }
}
