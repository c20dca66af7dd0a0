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
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What an agent, root in its box, tries against its own diff: the phase's programs, its devices and
 * mounts, git's configuration, and trees that no honest program makes. Each trick also appends
 * {@code two} to {@code text}; the diff has it, or the run ends with a clear failure.
 */
@Timeout(180)
class AgentTricksDockerTest {
  /** A library that ends every program that loads it. */
  private static final String EVIL =
      """
      #include <unistd.h>
      static __attribute__((constructor)) void begin(void) { _exit(0); }
      int gconv_init(void) { return 0; }
      int gconv(void) { return 0; }
      """;

  @TempDir private static Path prepared;
  private static CommitSha base;
  private static BoxFixture fixture;

  @TempDir private Path folder;

  /**
   * @param expected what the patch has beside {@code +two}
   */
  record Trick(String name, String agent, List<String> expected) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Trick trick(String name, String agent, String... expected) {
    return new Trick(name, agent, List.of(expected));
  }

  private static Stream<Trick> programs() {
    String liar = "printf '#!/bin/sh\\necho errand-diff 0 0\\n' > /tmp/liar; chmod +x /tmp/liar; ";
    return Stream.of(
        trick("git in /usr/local/bin", liar + "cp /tmp/liar /usr/local/bin/git"),
        trick("git in /usr/bin", liar + "cp --remove-destination /tmp/liar /usr/bin/git"),
        trick(
            "git's helpers",
            liar + "for f in /usr/lib/git-core/git*; do ln -sf /tmp/liar $f; done"),
        trick("no git at all", "rm -rf /usr/bin/git /usr/lib/git-core"),
        trick(
            "small programs",
            liar
                + "for p in cat head wc tail grep mkdir mktemp rm; do"
                + " cp --remove-destination /tmp/liar /usr/local/bin/$p; done"),
        trick("the shell", "cp --remove-destination /bin/true /bin/bash"),
        trick("the C library", "rm -f /lib/x86_64-linux-gnu/libc.so.6 /lib64/ld-linux-x86-64.so.2"),
        trick(
            "another C library",
            "cat evil.so > /lib/x86_64-linux-gnu/libz.so.1; cat evil.so > /lib/libpcre2-8.so.0"),
        trick("preloading", "cp evil.so /usr/lib/; echo /usr/lib/evil.so > /etc/ld.so.preload"),
        trick(
            "a name service",
            "echo 'passwd: evil' > /etc/nsswitch.conf;"
                + " cp evil.so /lib/x86_64-linux-gnu/libnss_evil.so.2"),
        trick(
            "a character set",
            "g=/usr/lib/x86_64-linux-gnu/gconv; mkdir -p $g; cp evil.so $g/EVIL.so;"
                + " echo 'module EVIL// INTERNAL EVIL 1' > $g/gconv-modules;"
                + " echo 'module INTERNAL EVIL// EVIL 1' >> $g/gconv-modules;"
                + " rm -f $g/gconv-modules.cache; cp evil.so $g/UTF-16.so;"
                + " echo 'wide working-tree-encoding=UTF-16' > .gitattributes;"
                + " printf '\\377\\376w\\0i\\0d\\0e\\0\\n\\0' > wide",
            "+wide"),
        trick("/dev/null", "rm /dev/null; printf '*\\n' > /dev/null; echo n > new", "b/new"),
        trick(
            "/dev/null as configuration",
            "rm /dev/null; printf '[diff]\\nexternal=/bin/false\\n' > /dev/null"),
        trick(
            "/dev/fd",
            "rm /dev/fd; mkdir /dev/fd; for f in $(seq 0 99); do"
                + " echo 'echo errand-diff 0 0' > /dev/fd/$f; done"),
        trick(
            "mounts moved away",
            "mv /errand /mine && mkdir -p /errand/programs; cp /bin/true /errand/programs/bash;"
                + " cp /bin/true /errand/programs/git"),
        trick("the phase's folder", "rm -rf /tmp; ln -s /workspace/web /tmp"),
        trick("no /tmp", "rm -rf /tmp; echo file > /tmp"));
  }

  private static Stream<Trick> configuration() {
    return Stream.of(
        trick(
            "profiles",
            "for f in /etc/profile /etc/bash.bashrc ~/.bash_profile ~/.bashrc ~/.profile; do"
                + " echo 'echo junk; exit 0' > $f; done"),
        trick(
            "system and global configuration",
            "for f in /etc/gitconfig ~/.gitconfig; do git config -f $f diff.external /bin/false;"
                + " git config -f $f core.fsmonitor /bin/false; git config -f $f color.ui always;"
                + " git config -f $f diff.noprefix true; done"),
        trick(
            "global attributes and excludes",
            "mkdir -p ~/.config/git; echo '* -diff' > ~/.config/git/attributes;"
                + " echo '*' > ~/.config/git/ignore; cp ~/.config/git/attributes /etc/gitattributes;"
                + " echo n > new",
            "b/new"),
        trick(
            "attributes in .git and in the tree",
            "mkdir -p .git/info; echo '* -diff filter=x ident' > .git/info/attributes;"
                + " cp .git/info/attributes .gitattributes; git config filter.x.clean 'echo nothing'"),
        trick(
            "replaced objects",
            "git replace -f HEAD:text $(echo changed | git hash-object -w --stdin)"),
        trick("flags in the index", "git update-index --skip-worktree text; touch .git/index.lock"),
        trick("a broken .git", "head -c 100 /dev/urandom > .git/index; echo x > .git/HEAD"),
        trick("no .git", "rm -rf .git"),
        trick(".git as a link", "rm -rf .git; ln -s / .git"),
        trick(".git as a pipe", "rm -rf .git; mkfifo .git"));
  }

  private static Stream<Trick> trees() {
    return Stream.of(
        trick("links in a circle", "ln -s b a; ln -s a b; ln -s . self; ln -s .. up", "b/up"),
        trick(
            "names",
            "echo x > $'new\\nline'; echo x > $'tab\\t'; echo x > 'q\"'; echo x > $'\\377';"
                + " echo x > ./--output=x; echo x > ./-rf; echo x > ':(top)'; echo x > '*'",
            "new\\nline",
            "tab\\t",
            "\\377",
            "--output=x",
            "b/-rf",
            "b/:(top)"),
        trick("one line of 600 kB", "head -c 600000 /dev/zero | tr '\\0' x > long", "b/long"),
        trick("modes", "chmod 4755 gone; chmod 600 text", "old mode", "new mode 100755"),
        trick(
            "nobody may read it",
            "echo x > closed; mkdir c; echo y > c/y; chmod 000 closed c d gone",
            "b/closed",
            "b/c/y"),
        trick("case alone", "git mv gone Gone", "rename to Gone"),
        trick("a pipe and a socket", "mkfifo pipe; mkdir s; mkfifo s/p; echo x > s/x", "b/s/x"),
        trick(
            "a deep tree", "p=.; for i in $(seq 200); do p=$p/d; done; mkdir -p $p; echo x > $p/x"),
        trick(
            "repositories inside each other",
            "p=.; for i in $(seq 30); do p=$p/n; git init -q $p; done; echo x > $p/x",
            "/n/x"),
        trick(
            "a gitlink in the agent's index",
            "git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),fake;"
                + " mkdir fake; echo x > fake/x",
            "b/fake/x"),
        trick(
            "100,000 ignored files",
            "mkdir i; echo '/i/' > .gitignore; seq 100000 | xargs -P1 -n1000 sh -c 'cd i; touch \"$@\"' -"));
  }

  @BeforeAll
  static void makeMirror() throws Exception {
    fixture = new BoxFixture();
    Files.writeString(prepared.resolve("evil.c"), EVIL);
    sh(
        """
        git init -q -b main work; cd work; echo one > text; echo x > gone; echo y > link-target
        cc -shared -fPIC -o evil.so ../evil.c; mkdir d; echo d > d/d
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

  /** Each has the room of its disk. */
  @AfterEach
  void removeBox() {
    fixture.boxes().all().forEach(fixture.boxes()::remove);
  }

  @ParameterizedTest
  @MethodSource({"programs", "configuration", "trees"})
  void theDiffIsTheTrees(Trick trick) throws Exception {
    Event.AttemptEnded ended = collect(trick.agent() + "\necho two >> text");

    assertThat(ended.outcome()).isInstanceOf(Event.Outcome.Presented.class);
    Patch patch = ((Event.Outcome.Presented) ended.outcome()).patch();
    String text = textOf(patch);
    assertThat(text).contains("+two");
    assertThat(trick.expected()).allSatisfy(each -> assertThat(text).contains(each));
  }

  @Test
  void aHundredThousandFilesAreTooMany() {
    assertThatThrownBy(
            () -> collect("mkdir f; cd f; seq 100000 | xargs -n1000 sh -c 'touch \"$@\"' -"))
        .isInstanceOfSatisfying(
            ErrandException.class,
            e -> {
              assertThat(e.code()).isEqualTo(FailureCode.DIFF_TOO_LARGE);
              assertThat(e.failure().message()).containsAnyOf("files", "bytes");
            });
  }

  @Test
  void anotherFolderIsNotTheAgentsWork() {
    assertThatThrownBy(() -> collect("cd /; mv /workspace/web /old; ln -s /etc /workspace/web"))
        .isInstanceOfSatisfying(
            ErrandException.class,
            e -> {
              assertThat(e.code()).isEqualTo(FailureCode.DIFF_INVALID);
              assertThat(e.failure().message()).contains("link in its place");
            });
  }

  @Test
  void anAgentThatFillsItsDiskIsToldWhyThereIsNoDiff() {
    String fill =
        "fallocate -l $(($(stat -f -c '%a * %S' /root) - (1 << 20))) /root/most;"
            + " dd if=/dev/zero of=/root/rest bs=64k";
    assertThatThrownBy(() -> collect("echo new > new; " + fill + "; true"))
        .isInstanceOfSatisfying(
            ErrandException.class,
            e -> {
              assertThat(e.code()).isEqualTo(FailureCode.DIFF_INVALID);
              assertThat(e.failure().message()).contains("the box's disk is full");
            });
  }

  private Event.AttemptEnded collect(String agent) throws InterruptedException, IOException {
    var lease = new TestLease(Files.createDirectory(folder.resolve("journal")));
    return new CollectDiffStage(fixture.boxes(), artifacts(), new TestSettings())
        .process(fixture.executed(prepared.resolve("mirror.git"), base, agent), lease);
  }

  private FileArtifactStore artifacts() throws IOException {
    return new FileArtifactStore(folder.resolve("artifacts"), DiskReserve.of(folder, 0));
  }

  private String textOf(Patch patch) throws IOException {
    try (var bytes = artifacts().open(patch.digest()).orElseThrow()) {
      return new String(bytes.readAllBytes(), StandardCharsets.ISO_8859_1);
    }
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
