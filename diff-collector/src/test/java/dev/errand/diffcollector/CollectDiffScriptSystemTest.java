package dev.errand.diffcollector;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The script with a real git, outside of a box: whatever an agent has done to its repository, the
 * patch makes a fresh clone's tree equal to the agent's.
 */
@Timeout(60)
class CollectDiffScriptSystemTest {
  private static final String REPOSITORY =
      """
      git init -q -b main .
      printf 'one\\ntwo\\nthree\\n' > text; printf 'a\\r\\nb\\r\\n' > crlf; printf 'no newline' > raw
      head -c 4000 /dev/urandom > binary; seq 200 > moved; echo gone > gone; mkdir lib; echo l > lib/l
      printf '#!/bin/sh\\n' > run; chmod +x run; ln -s text link; echo '*.log' > .gitignore
      echo x > 'with space'; echo u > 'grüße'; git add -A; git commit -qm base
      """;

  @TempDir private static Path prepared;
  private static String preparedBase;

  @TempDir private Path folder;
  private Path work;
  private String base;

  @BeforeAll
  static void makeRepository() throws IOException, InterruptedException {
    Path original = Files.createDirectory(prepared.resolve("work"));
    sh(original, REPOSITORY);
    preparedBase = sh(original, "git rev-parse HEAD").strip();
    sh(prepared, "git clone -q --mirror work mirror.git");
  }

  @BeforeEach
  void copyRepository() throws IOException, InterruptedException {
    sh(folder, "cp -a '%s'/. .".formatted(prepared));
    work = folder.resolve("work");
    base = preparedBase;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "true",
        "echo four >> text; echo new > new; rm gone; touch empty; echo ignored > a.log",
        "sed -i 's/a/b/' crlf; printf 'still none' > raw; printf 'x\\r\\n' > new",
        "head -c 5000 /dev/urandom > binary; head -c 100000 /dev/urandom > other; rm -f moved",
        "mkdir d; mv moved d/elsewhere; mv text d/; echo five >> d/text",
        "chmod -x run; chmod +x text; rm link; ln -s /etc/passwd link; ln -s nowhere dangling",
        "rm link; echo file > link; rm text; ln -s run text; rm -r lib; echo file > lib",
        "rm gone; mkdir gone; echo x > gone/x",
        "rm text; git init -q text; echo n > text/n; echo more >> raw",
        "rm -r lib; mkdir other; echo l > other/l; ln -s other lib",
        "echo x > $'new\\nline'; echo y > $'tab\\t'; echo z > 'q\"uote\\'; echo ü >> 'grüße'",
        "printf 'b\\377d' > $'bad\\377name'; printf '\\377\\376\\n' >> text",
        "echo more >> text; git commit -qam agent; git checkout -qb other; echo x > y",
        "git checkout -q --orphan lonely; git rm -rqf --cached .; echo x >> text",
        "echo x >> text; rm -rf .git",
        "echo x >> text; rm -rf .git; git init -q; git add -A; git commit -qm mine",
        "git update-index --skip-worktree text; git update-index --assume-unchanged raw;"
            + " echo x >> text; echo x >> raw",
        "echo x >> text; git replace -f $(git rev-parse HEAD) $(git commit-tree -m r"
            + " $(git write-tree))",
        "echo x >> text; git config diff.external /bin/false; git config diff.noprefix true;"
            + " git config color.ui always; git config core.fsmonitor /bin/false",
        "echo '* diff=x' > .gitattributes; git config diff.x.textconv 'echo nothing';"
            + " git config diff.x.command /bin/false; echo x >> text",
        "echo '* filter=x -diff' > .gitattributes; git config filter.x.clean 'echo nothing';"
            + " git config filter.x.required true; echo x >> text",
        "echo x >> text; mkdir -p .git/info; echo '*' > .git/info/exclude; echo new > new",
        "echo x >> text; git sparse-checkout set --no-cone /lib; echo y > text",
        "rm -f .git/index; echo x >> text; touch .git/index.lock",
        "mkdir p; mkfifo p/pipe; echo x > p/x",
        "mkdir -p a/.git; echo x > a/x",
        "find . -mindepth 1 -maxdepth 1 ! -name .git -exec rm -rf {} +"
      })
  void thePatchMakesTheAgentsTree(String agent) throws Exception {
    sh(work, agent);

    Output output = collect(10_000_000);

    assertThat(output.exitCode()).as(output.text()).isZero();
    PatchFile.read(output.file(), 1_000);
    assertThat(differencesAfterApplying(output)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "git init -q nest; echo n > nest/n; mkdir nest/d; echo d > nest/d/d",
        "git init -q nest; echo n > nest/n; cd nest; git add n; git commit -qm n",
        "git init -q nest; git init -q nest/deeper; echo n > $'nest/deeper/n\\nn'",
        "mkdir -p 'd e'; git clone -q . 'd e/clone'; rm 'd e/clone/moved'",
      })
  void nestedRepositoriesBecomeFiles(String agent) throws Exception {
    sh(work, agent);

    Output output = collect(10_000_000);

    assertThat(output.exitCode()).as(output.text()).isZero();
    assertThat(PatchFile.read(output.file(), 1_000).nestedRepositories()).isPositive();
    assertThat(differencesAfterApplying(output)).isEmpty();
  }

  @Test
  void aRepositoryAroundTrackedFilesHidesNothing() throws Exception {
    sh(work, "cd lib; git init -q; git add -A; git commit -qm n; echo more >> l; echo x > x");

    Output output = collect(10_000_000);

    assertThat(output.text()).contains("+more", "lib/x");
    assertThat(differencesAfterApplying(output)).isEmpty();
  }

  @Test
  void submodulesStayAtTheirCommitUnlessTheyAreRemoved() throws Exception {
    sh(
        work,
        """
        git clone -q . ../other
        git -c protocol.file.allow=always submodule --quiet add ../other one
        git -c protocol.file.allow=always submodule --quiet add ../other two
        git -c protocol.file.allow=always submodule --quiet add ../other three
        git commit -qm submodules; git push -q ../mirror.git main
        cd one; echo x >> text; git commit -qam x; cd ..
        rm -rf two; rm -rf .git three/.git; echo x >> text
        """);
    base = sh(folder.resolve("mirror.git"), "git rev-parse main").strip();

    Output output = collect(10_000_000);

    assertThat(output.exitCode()).as(output.text()).isZero();
    PatchFile patch = PatchFile.read(output.file(), 100);
    assertThat(patch.submodules()).isEqualTo(3);
    assertThat(patch.summary().files())
        .extracting(file -> String.valueOf(file.before()))
        .containsExactly("text", "two");
  }

  @Test
  void whatGitLfsKeepsIsComparedWithItsPointer() throws Exception {
    sh(
        work,
        """
        mkdir d; for f in same moved-mode 'changed one' deleted $'d/new\nline' pointer; do
          printf 'content of %s' "$f" > "$f"
          printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %s\n' \
            "$(sha256sum < "$f" | cut -c1-64)" "$(wc -c < "$f")" > pointer-of
          mkdir -p ../mirror.git/lfs; mv "$f" ../kept; mv pointer-of "$f"; git add "$f"
          [ "$f" = pointer ] || mv ../kept "$f"
        done
        git commit -qm lfs; git push -q ../mirror.git main
        chmod +x moved-mode; echo more >> 'changed one'; rm deleted; echo x >> text
        """);
    base = sh(folder.resolve("mirror.git"), "git rev-parse main").strip();

    Output output = collect(10_000_000);

    assertThat(output.exitCode()).as(output.text()).isZero();
    assertThat(PatchFile.read(output.file(), 100).summary().files())
        .extracting(file -> String.valueOf(file.before()))
        .containsExactly("changed one", "d/new\nline", "deleted", "moved-mode", "text");
    assertThat(output.text())
        .contains("new mode 100755", "+content of changed onemore", "-oid sha256:")
        .doesNotContain("content of moved-mode", "content of same");
  }

  @Test
  void executesNothingOfTheAgents() throws Exception {
    sh(
        work,
        """
        for hook in post-index-change pre-commit post-checkout; do
          printf '#!/bin/sh\\ntouch "%s/../executed"\\n' "$PWD" > .git/hooks/$hook
          chmod +x .git/hooks/$hook
        done
        git config core.fsmonitor .git/hooks/pre-commit
        git config core.hooksPath .git/hooks
        git config diff.external .git/hooks/pre-commit
        echo x >> text
        """);
    sh(work, "mkdir -p .config/git; git config -f .config/git/config core.pager /bin/false");

    Output output = collect(10_000_000);

    assertThat(output.text()).contains("+x");
    assertThat(folder.resolve("executed")).doesNotExist();
  }

  @Test
  void saysThatThePatchIsTooLarge() throws Exception {
    sh(work, "head -c 100000 /dev/urandom > large");

    Output output = collect(50_000);

    assertThat(output.exitCode()).isEqualTo(92);
    assertThat(Files.size(output.file())).isZero();
  }

  @Test
  void saysWhyGitFailed() throws Exception {
    base = "1".repeat(40);

    Output output = collect(50_000);

    assertThat(output.exitCode()).isEqualTo(90);
    assertThat(output.text()).contains("1111111");
  }

  private record Output(int exitCode, Path file) {
    String text() throws IOException {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    }
  }

  private Output collect(long maxBytes) throws IOException, InterruptedException {
    Path script = Files.writeString(folder.resolve("collect-diff.sh"), DiffPhase.script());
    Path file = folder.resolve("output");
    var builder =
        new ProcessBuilder("bash", script.toString())
            .redirectOutput(file.toFile())
            .redirectErrorStream(true);
    builder.environment().clear();
    builder
        .environment()
        .putAll(
            Map.of(
                "ERRAND_WORK", work.toString(),
                "ERRAND_MIRROR", folder.resolve("mirror.git").toString(),
                "ERRAND_BASE", base,
                "ERRAND_MAX_BYTES", Long.toString(maxBytes),
                "TMPDIR", folder.toString()));
    Process process = builder.start();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return new Output(process.exitValue(), file);
  }

  /** Applies the patch as a user would, then compares the trees, names and links and modes. */
  private String differencesAfterApplying(Output output) throws IOException, InterruptedException {
    PatchFile patch = PatchFile.read(output.file(), 1_000);
    sh(folder, "tail -c +%d output > patch".formatted(patch.start() + 1));
    sh(folder, "git clone -q mirror.git fresh && git -C fresh checkout -q " + base);
    sh(folder, "if [ -s patch ]; then git -C fresh apply --index --binary ../patch; fi");
    String list =
        "find . -name .git -prune -o '(' -type f -o -type l ')' ! -name '*.log'"
            + " -printf '%p %y %m %l\\0' | sort -z | tr '\\0' '\\n'";
    assertThat(sh(folder.resolve("fresh"), list)).isEqualTo(sh(work, list));
    return sh(
        folder,
        "diff -r --no-dereference -x .git -x '*.log' -x pipe work fresh"
            + " | grep -v '^Only in work: p$' || true");
  }

  private static String sh(Path folder, String script) throws IOException, InterruptedException {
    var builder =
        new ProcessBuilder("bash", "-e", "-c", script)
            .directory(folder.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("GIT_"));
    environment.put("GIT_CONFIG_GLOBAL", "/dev/null");
    environment.put("GIT_CONFIG_NOSYSTEM", "1");
    environment.put("LC_ALL", "C.UTF-8");
    for (String who : new String[] {"GIT_AUTHOR", "GIT_COMMITTER"}) {
      environment.put(who + "_NAME", "test");
      environment.put(who + "_EMAIL", "test@example.com");
    }
    Process process = builder.start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(script).isZero();
    return text;
  }
}
