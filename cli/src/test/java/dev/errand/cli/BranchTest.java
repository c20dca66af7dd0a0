package dev.errand.cli;

import static dev.errand.cli.FakeServer.TASK;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class BranchTest {
  @TempDir private Path folder;
  private final FakeServer server = new FakeServer();

  @SuppressWarnings("NullAway.Init") // made before each test
  private Repository clone;

  @BeforeEach
  void make() {
    Repository origin = new Repository(folder.resolve("origin"));
    origin.write("a", "a").commit();
    origin.git("branch", "feature");
    clone = new Repository(folder.resolve("clone"));
    clone.git("remote", "add", "origin", origin.folder().toString());
    clone.git("fetch", "-q", "origin");
    server.json(
        "GET /api/v1/environments/web",
        200,
        "{\"id\":\"web\",\"version\":1,\"repository\":\"file://" + origin.folder() + "\"}");
    server.json("POST /api/v1/tasks", 201, "{\"id\":\"" + TASK + "\",\"url\":\"u\"}");
  }

  @AfterEach
  void close() {
    server.close();
  }

  private Errand.Outcome exec(Path directory) {
    return new Errand(directory, server).run("cloud", "exec", "--env", "web", "x");
  }

  @Test
  void theCurrentBranchIsTheDefaultInACloneOfTheRepository() {
    clone.git("switch", "-q", "feature");

    assertThat(exec(clone.folder()).exit()).isZero();
    assertThat(server.last().body()).contains("\"branch\":\"feature\"");
  }

  @Test
  void aBranchThatOnlyThisMachineHasIsAnError() {
    clone.git("switch", "-q", "feature");
    clone.git("switch", "-q", "-c", "local-only");

    Errand.Outcome outcome = exec(clone.folder());

    assertThat(outcome.exit()).isEqualTo(2);
    assertThat(outcome.err())
        .contains("the current branch 'local-only' exists only on this machine")
        .contains("git push -u origin local-only");
    assertThat(server.lines()).noneMatch(line -> line.startsWith("POST"));
  }

  @Test
  void commitsThatAreNotPushedAreMentioned() {
    clone.git("switch", "-q", "feature");
    clone.write("b", "b").commit();

    assertThat(exec(clone.folder()).err()).contains("1 commit(s) of 'feature' are not pushed");
  }

  @Test
  void elsewhereTheEnvironmentDecides() {
    Repository other = new Repository(folder.resolve("other"));
    other.write("a", "a").commit();

    assertThat(exec(other.folder()).exit()).isZero();
    assertThat(server.last().body()).doesNotContain("branch");
    assertThat(exec(folder).exit()).isZero();
    assertThat(server.last().body()).doesNotContain("branch");
  }
}
