package dev.errand.diffcollector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.artifacts.DiskReserve;
import dev.errand.artifacts.FileArtifactStore;
import dev.errand.sandbox.BoxFixture;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Patch;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.stage.TestLease;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class CollectDiffStageDockerTest {
  @TempDir private static Path prepared;
  private static CommitSha base;
  private static BoxFixture fixture;

  @TempDir private Path folder;
  private TestLease lease;
  private FileArtifactStore artifacts;

  @BeforeAll
  static void makeMirror() throws Exception {
    fixture = new BoxFixture();
    sh(
        """
        git init -q -b main work; cd work; echo one > text; ln -s text link; echo x > gone
        git add -A
        git -c user.name=t -c user.email=t@example.com commit -qm base
        cd ..; git clone -q --mirror work mirror.git
        """);
    base = new CommitSha(sh("git -C work rev-parse HEAD").strip());
  }

  @AfterAll
  static void removeBoxes() throws IOException {
    fixture.close();
  }

  @BeforeEach
  void openStore() throws IOException {
    artifacts = new FileArtifactStore(folder.resolve("artifacts"), DiskReserve.of(folder, 0));
    lease = new TestLease(Files.createDirectory(folder.resolve("journal")));
  }

  @AfterEach
  void theDiffIsNoLog() {
    assertThat(lease.live()).isEmpty();
  }

  @Test
  void presentsWhatTheAgentChanged() throws Exception {
    Event.AttemptEnded ended = collect("echo two >> text; rm gone; mkdir d; echo new > d/new");

    Patch patch = presented(ended);
    assertThat(patch.files()).isEqualTo(3);
    assertThat(patch.linesAdded()).isEqualTo(2);
    assertThat(patch.linesRemoved()).isEqualTo(1);
    assertThat(patch.base()).isEqualTo(base);
    assertThat(patch.inline()).contains("+++ b/d/new\n", "+two\n").hasSize((int) patch.bytes());
    try (var bytes = artifacts.open(patch.digest()).orElseThrow()) {
      assertThat(new String(bytes.readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo(patch.inline());
    }
  }

  @Test
  void anAgentThatChangesNothingHasAnEmptyPatch() throws Exception {
    Patch patch = presented(collect("true"));

    assertThat(patch.files()).isZero();
    assertThat(patch.inline()).isEmpty();
  }

  @Test
  void anAgentThatFailsKeepsItsDiff() throws Exception {
    Event.AttemptEnded ended = collect("echo two >> text; exit 7");

    assertThat(ended.outcome())
        .isInstanceOfSatisfying(
            Event.Outcome.Failed.class,
            failed -> {
              assertThat(failed.failure().code()).isEqualTo(FailureCode.AGENT_FAILED);
              assertThat(failed.failure().message()).contains("exit code 7");
              assertThat(failed.patch()).isNotNull();
            });
  }

  @Test
  void believesNothingThatTheAgentLeft() throws Exception {
    Event.AttemptEnded ended =
        collect(
            """
            echo 'echo junk; export GIT_DIR=/workspace/web/.git' > ~/.bash_profile
            echo 'echo junk' > ~/.bashrc
            git config --global diff.external /bin/false
            git config --global core.excludesFile /workspace/web/excluded
            echo '*' > excluded
            git update-index --skip-worktree text; echo two >> text
            git init -q nested; echo n > nested/n
            rm -rf .git
            """);

    Patch patch = presented(ended);
    assertThat(patch.inline()).contains("+two", "b/nested/n", "b/excluded");
    assertThat(patch.files()).isEqualTo(3);
    assertThat(lease.told()).hasSize(1);
  }

  @Test
  void aSecondWorkerFindsTheSameDiff() throws Exception {
    Event.AgentExecuted fact =
        fixture.executed(prepared.resolve("mirror.git"), base, "echo two >> text");

    Event.AttemptEnded first = stage().process(fact, lease);
    Event.AttemptEnded second = stage().process(fact, lease);

    assertThat(second).isEqualTo(first);
  }

  @Test
  void refusesADiffThatIsTooLarge() throws Exception {
    Event.AgentExecuted fact =
        fixture.executed(
            prepared.resolve("mirror.git"), base, "head -c 2000000 /dev/urandom > large");

    assertThatThrownBy(() -> stage().process(fact, lease))
        .isInstanceOfSatisfying(
            ErrandException.class,
            e -> {
              assertThat(e.code()).isEqualTo(FailureCode.DIFF_TOO_LARGE);
              assertThat(e.failure().message()).contains("1,000,000");
            });
  }

  @Test
  void saysThatTheFolderIsGone() throws Exception {
    Event.AgentExecuted fact =
        fixture.executed(prepared.resolve("mirror.git"), base, "cd /; rm -rf /workspace/web");

    assertThatThrownBy(() -> stage().process(fact, lease))
        .isInstanceOfSatisfying(
            ErrandException.class,
            e -> {
              assertThat(e.code()).isEqualTo(FailureCode.DIFF_INVALID);
              assertThat(e.failure().message()).contains("removed the repository's folder");
            });
  }

  private Event.AttemptEnded collect(String agent) throws InterruptedException {
    return stage().process(fixture.executed(prepared.resolve("mirror.git"), base, agent), lease);
  }

  private CollectDiffStage stage() {
    return new CollectDiffStage(fixture.boxes(), artifacts, new TestSettings());
  }

  private static Patch presented(Event.AttemptEnded ended) {
    assertThat(ended.outcome()).isInstanceOf(Event.Outcome.Presented.class);
    return ((Event.Outcome.Presented) ended.outcome()).patch();
  }

  private static String sh(String script) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("bash", "-e", "-c", script)
            .directory(prepared.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return text;
  }
}
