package dev.errand.provisioner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.repositories.Mirrors;
import dev.errand.repositories.Origin;
import dev.errand.repositories.RepositoryPolicy;
import dev.errand.repositories.Submodule;
import dev.errand.schemas.TaskSpec;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.RefName;
import dev.errand.schemas.ids.TaskId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script with this machine's bash and git, in a folder that stands in for the box. */
final class CheckOutScriptSystemTest {
  private static final RefName MAIN = new RefName("main");

  @TempDir Path scratch;
  private Mirrors mirrors;
  private Origin origin;
  private Path tree;

  @BeforeEach
  void start() throws IOException {
    Path sources = Files.createDirectory(scratch.resolve("sources"));
    mirrors =
        new Mirrors(
            scratch.resolve("mirrors"),
            RepositoryPolicy.REMOTE_ONLY.withFileRoots(List.of(sources)));
    origin = Origin.create(sources.resolve("web"));
    tree = Files.createDirectory(scratch.resolve("tree"));
  }

  private int run(RefName branch, CommitSha commit) throws Exception {
    mirrors.fetch(origin.url(), branch, commit, line -> {});
    List<Submodule> submodules = mirrors.submodules(origin.url(), commit, line -> {});
    TaskSpec task =
        Tasks.task(
            new TaskId("01ARZ3NDEKTSV4RRFFQ69G5FAV"),
            origin.url(),
            branch,
            commit,
            Tasks.Wish.setup(""));
    ProcessBuilder builder = new ProcessBuilder("bash", "-c", CheckOutScript.of(submodules));
    Map<String, String> variables = builder.environment();
    variables.putAll(CheckOutScript.variables(task, Checkout.Target.of(task)));
    variables.put("WORKTREE", tree.toString());
    variables.put("MIRROR", mirrors.directory(origin.url()).toString());
    builder.redirectErrorStream(true).redirectOutput(scratch.resolve("log").toFile());
    return builder.start().waitFor();
  }

  @Test
  void checksOutABranchWithItsNameAndRemote() throws Exception {
    origin.write("a b.txt", "one\r\n").write("x.sh", "#!/bin/sh\n");
    Files.setPosixFilePermissions(
        origin.directory().resolve("x.sh"), PosixFilePermissions.fromString("rwxr-xr-x"));
    CommitSha commit = origin.commit("first");

    assertThat(run(MAIN, commit)).isZero();

    assertThat(tree.resolve("a b.txt")).hasContent("one\r\n");
    assertThat(Origin.git(tree, "status", "--short", "--branch"))
        .isEqualTo("## main...origin/main\n");
    assertThat(Origin.git(tree, "remote", "get-url", "origin").strip())
        .isEqualTo(origin.url().value());
    assertThat(Origin.git(tree, "log", "--format=%s")).isEqualTo("first\n");
    assertThat(Files.isExecutable(tree.resolve("x.sh"))).isTrue();
  }

  @Test
  void checksOutACommitWithoutABranch() throws Exception {
    CommitSha first = origin.write("a", "a").commit("first");
    origin.write("a", "b").commit("second");

    assertThat(run(new RefName(first.value()), first)).isZero();

    assertThat(tree.resolve("a")).hasContent("a");
    assertThat(Origin.git(tree, "branch", "--show-current")).isEmpty();
  }

  @Test
  void checksOutSubmodulesThatLieInsideEachOther() throws Exception {
    Origin inner = Origin.create(origin.directory().resolveSibling("inner"));
    inner.write("i", "inner").commit("inner");
    Origin middle = Origin.create(origin.directory().resolveSibling("middle"));
    middle.git("submodule", "--quiet", "add", "../inner", "deep/inner");
    middle.write("m", "middle").commit("middle");
    origin.git("submodule", "--quiet", "add", "--name", "it's", "../middle", "libs/a b");
    CommitSha commit = origin.commit("outer");

    assertThat(run(MAIN, commit)).as(log()).isZero();

    assertThat(tree.resolve("libs/a b/m")).hasContent("middle");
    assertThat(tree.resolve("libs/a b/deep/inner/i")).hasContent("inner");
    assertThat(Origin.git(tree, "status", "--short")).isEmpty();
    assertThat(Origin.git(tree, "submodule", "status", "--recursive").lines())
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).startsWith(" "));
  }

  @Test
  void runsNoHookAndNoFilter() throws Exception {
    origin.write(".gitattributes", "* filter=evil\n").write("a", "a");
    origin.write(".githooks/post-checkout", "#!/bin/sh\ntouch " + scratch.resolve("ran") + "\n");
    CommitSha commit = origin.commit("first");

    assertThat(run(MAIN, commit)).isZero();

    assertThat(scratch.resolve("ran")).doesNotExist();
    assertThat(tree.resolve("a")).hasContent("a");
  }

  @Test
  void givesTheContentsOfGitLfsThatAreThereAndNothingElse() throws Exception {
    byte[] raw = {(byte) 0xff, 0, '\n', (byte) 0xfe};
    String there = "0123" + "a".repeat(60);
    String pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 7\n";
    String outside = pointer.formatted("../../../../../sources/web/a");
    origin.write(".gitattributes", "*.bin filter=lfs\n").write("raw.bin", raw).write("a", "a");
    origin.write("there.bin", pointer.formatted(there)).write("empty.bin", "");
    origin.write("lost.bin", pointer.formatted("b".repeat(64))).write("outside.bin", outside);
    CommitSha commit = origin.commit("lfs");
    Path contents = mirrors.directory(origin.url()).resolve("lfs/objects");
    Files.createDirectories(contents.resolve("01/23"));
    Files.writeString(contents.resolve("01/23").resolve(there), "content");

    assertThat(run(MAIN, commit)).as(log()).isZero();

    assertThat(tree.resolve("there.bin")).hasContent("content");
    assertThat(Files.readAllBytes(tree.resolve("raw.bin"))).isEqualTo(raw);
    assertThat(tree.resolve("empty.bin")).isEmptyFile();
    assertThat(tree.resolve("lost.bin")).hasContent(pointer.formatted("b".repeat(64)));
    assertThat(tree.resolve("outside.bin")).hasContent(outside);
  }

  private String log() throws IOException {
    Path file = scratch.resolve("log");
    return Files.exists(file) ? Files.readString(file, StandardCharsets.UTF_8) : "";
  }
}
