package dev.errand.provisioner.turns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.repositories.Origin;
import dev.errand.schemas.ids.CommitSha;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script with this machine's bash and git: a clone is changed, and another comes to be so. */
final class EarlierDiffSystemTest {
  private static final byte[] BINARY = {0, 1, 2, (byte) 0xff, '\n', 0};

  @TempDir Path scratch;
  private Origin origin;
  private Path agent;
  private Path tree;

  @BeforeEach
  void start() throws IOException {
    origin = Origin.create(scratch.resolve("web"));
    agent = scratch.resolve("agent");
    tree = scratch.resolve("tree");
  }

  private CommitSha commit() throws IOException {
    CommitSha commit = origin.commit("first");
    for (Path clone : new Path[] {agent, tree}) {
      Origin.git(scratch, "clone", "--quiet", origin.directory().toString(), clone.toString());
    }
    return commit;
  }

  /** What the agent's tree has that the commit has not, as the diff's collector says it. */
  private Path diff(CommitSha commit) throws IOException {
    Origin.git(agent, "add", "--all");
    String patch =
        Origin.git(
            agent,
            "diff-index",
            "--cached",
            "-p",
            "--binary",
            "--full-index",
            "-M",
            commit.value());
    return Files.writeString(scratch.resolve("patch"), patch);
  }

  private int run(CommitSha commit, Path patch) throws Exception {
    ProcessBuilder builder = new ProcessBuilder("bash", "-c", EarlierDiff.SCRIPT);
    builder
        .environment()
        .putAll(
            Map.of(
                "WORKTREE", tree.toString(),
                "MIRROR", origin.directory().resolve(".git").toString(),
                "PROGRAMS", Path.of("/usr/bin").toString(),
                "COMMIT", commit.value(),
                "PATCH", patch.toString()));
    builder.redirectErrorStream(true).redirectOutput(scratch.resolve("log").toFile());
    return builder.start().waitFor();
  }

  private String log() throws IOException {
    return Files.readString(scratch.resolve("log"));
  }

  @Test
  void theTreeIsAsTheAgentLeftIt() throws Exception {
    origin.write("changed.txt", "one\r\ntwo\n").write("gone.txt", "gone\n");
    origin.write("moved from.txt", "the same\nten\ntimes\n".repeat(10)).write("now/file", "x\n");
    origin.write("plain.sh", "#!/bin/sh\n");
    CommitSha commit = commit();
    Files.writeString(agent.resolve("changed.txt"), "one\r\n2\n");
    Files.delete(agent.resolve("gone.txt"));
    Files.move(agent.resolve("moved from.txt"), agent.resolve("-moved to.txt"));
    Files.setPosixFilePermissions(
        agent.resolve("plain.sh"), PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.write(agent.resolve("new\nname.bin"), BINARY);
    Files.createSymbolicLink(agent.resolve("link"), Path.of("changed.txt"));
    Files.delete(agent.resolve("now/file"));
    Files.delete(agent.resolve("now"));
    Files.writeString(agent.resolve("now"), "a file\n");

    assertThat(run(commit, diff(commit))).as(log()).isZero();

    assertThat(tree.resolve("changed.txt")).hasContent("one\r\n2\n");
    assertThat(tree.resolve("gone.txt")).doesNotExist();
    assertThat(tree.resolve("moved from.txt")).doesNotExist();
    assertThat(tree.resolve("-moved to.txt")).isRegularFile();
    assertThat(Files.isExecutable(tree.resolve("plain.sh"))).isTrue();
    assertThat(Files.readAllBytes(tree.resolve("new\nname.bin"))).isEqualTo(BINARY);
    assertThat(Files.readSymbolicLink(tree.resolve("link"))).hasToString("changed.txt");
    assertThat(tree.resolve("now")).hasContent("a file\n");
    assertThat(Origin.git(tree, "rev-parse", "HEAD").strip()).isEqualTo(commit.value());
  }

  @Test
  void whatASetupHasLeftInItsWayIsNoObstacle() throws Exception {
    origin.write("a.txt", "a\n").write("ours/file", "x\n");
    CommitSha commit = commit();
    Files.writeString(agent.resolve("made.txt"), "by the setup, and changed\n");
    Files.writeString(agent.resolve("a.txt"), "changed\n");
    Files.writeString(agent.resolve("ours/more"), "more\n");
    Path patch = diff(commit);
    Files.writeString(tree.resolve("made.txt"), "by the setup\n");
    Files.delete(tree.resolve("ours/file"));
    Files.delete(tree.resolve("ours"));
    Path outside = Files.createDirectory(scratch.resolve("outside"));
    Files.createSymbolicLink(tree.resolve("ours"), outside);
    Files.writeString(tree.resolve("a.txt"), "whatever\n");

    assertThat(run(commit, patch)).as(log()).isZero();

    assertThat(tree.resolve("made.txt")).hasContent("by the setup, and changed\n");
    assertThat(tree.resolve("a.txt")).hasContent("changed\n");
    assertThat(Files.isDirectory(tree.resolve("ours"), LinkOption.NOFOLLOW_LINKS)).isTrue();
    assertThat(outside).isEmptyDirectory();
  }

  /** The tree has the content of Git LFS where the commit has its pointer. */
  @Test
  void aPointerOfGitLfsIsChangedWhereTheTreeHasItsContent() throws Exception {
    String pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 7\n";
    origin.write("large.bin", pointer.formatted("a".repeat(64)));
    origin.write("other.bin", pointer.formatted("b".repeat(64)));
    CommitSha commit = commit();
    Files.writeString(agent.resolve("large.bin"), "another content\n");
    Path patch = diff(commit);
    Files.writeString(tree.resolve("large.bin"), "content");
    Files.writeString(tree.resolve("other.bin"), "content");

    assertThat(run(commit, patch)).as(log()).isZero();

    assertThat(tree.resolve("large.bin")).hasContent("another content\n");
    assertThat(tree.resolve("other.bin")).hasContent("content");
  }

  @Test
  void nothingOfTheTreesOwnGitIsAsked() throws Exception {
    origin.write("a.txt", "a\n").write(".gitattributes", "*.txt filter=evil diff=evil\n");
    CommitSha commit = commit();
    Files.writeString(agent.resolve("a.txt"), "b\n");
    Path patch = diff(commit);
    Path ran = scratch.resolve("ran");
    Origin.git(tree, "config", "filter.evil.smudge", "touch " + ran + "; cat");
    Origin.git(tree, "config", "core.fsmonitor", "touch " + ran);
    Origin.git(tree, "config", "apply.whitespace", "error-all");

    assertThat(run(commit, patch)).as(log()).isZero();

    assertThat(tree.resolve("a.txt")).hasContent("b\n");
    assertThat(ran).doesNotExist();
  }

  @Test
  void aPatchThatDoesNotApplyIsSaid() throws Exception {
    origin.write("a.txt", "a\n");
    CommitSha commit = commit();
    Path patch = Files.writeString(scratch.resolve("patch"), "no patch\n");

    assertThat(run(commit, patch)).isNotZero();

    assertThat(log()).contains("No valid patches");
    assertThat(tree.resolve("a.txt")).hasContent("a\n");
  }
}
