package dev.errand.standalone;

import dev.errand.schemas.FailureCode;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What repositories, setups and agents do in the wild, and how each ends.
 *
 * @param name the row in docs/guarantees.md
 * @param repository what is cloned
 * @param branch where the task starts
 * @param setup the environment's script
 * @param prompt the agent's script
 * @param code the failure that it must end with, or null when a diff must be presented
 * @param expected what the diff must contain, or the last lines of the failed one's log
 */
record RealInput(
    String name,
    Content repository,
    String branch,
    String setup,
    String prompt,
    @Nullable FailureCode code,
    List<String> expected) {

  /** How a case's repository is filled. */
  enum Content {
    README,
    EMPTY,
    ODD,
    SUBMODULES,
    HISTORY_OF_200_MB,
    NPM_PROJECT,
    UNKNOWN_TOOLS
  }

  private static final String TOUCH = "echo new > new.txt";
  private static final int HISTORY = 200; // MiB, and commits

  @Override
  public String toString() {
    return name;
  }

  static List<RealInput> all() {
    return Stream.of(repositories(), agents(), setups()).flatMap(List::stream).toList();
  }

  private static List<RealInput> repositories() {
    return List.of(
        repository("empty-repository", Content.EMPTY, "main", FailureCode.REPOSITORY_EMPTY),
        repository("missing-branch", Content.README, "nowhere", FailureCode.REF_NOT_FOUND),
        repository("missing-tag", Content.README, "v9.9.9", FailureCode.REF_NOT_FOUND),
        repository(
            "missing-commit", Content.README, "0123456789".repeat(4), FailureCode.REF_NOT_FOUND),
        presented(
            "spaces-unicode-symlinks-crlf-bits-binary",
            Content.ODD,
            """
            test -x run.sh && test -L link && test "$(cat link)" = target
            grep -q $'\\r' crlf.txt
            echo more >> 'with space.txt'
            echo mehr >> 'grüße.txt'
            ln -sf 'with space.txt' link
            chmod -x run.sh
            head -c 3000 /dev/urandom > binary.bin
            printf 'one\\r\\nthree\\r\\n' > crlf.txt
            """,
            "with space.txt",
            "GIT binary patch",
            "old mode 100755",
            "new mode 100644"),
        presented(
            "submodules-and-theirs",
            Content.SUBMODULES,
            """
            set -e
            grep -q deep libs/middle/deep/inner/inner.txt
            [ -z "$(git submodule status --recursive | grep '^[-+U]')" ]
            echo lost >> libs/middle/middle.txt
            echo kept >> README.md
            """,
            "+kept"),
        presented(
            "history-of-200-mb",
            Content.HISTORY_OF_200_MB,
            "git log --oneline | wc -l > commits.txt",
            "+" + HISTORY),
        setUp(
            "npm-project-with-a-local-dependency",
            Content.NPM_PROJECT,
            "node -p 'require(\"left\")(\"right\")' > out.txt",
            "+left of right"),
        setUp("project-whose-tools-the-image-lacks", Content.UNKNOWN_TOOLS, TOUCH, "+new"));
  }

  private static List<RealInput> agents() {
    return List.of(
        presented("agent-changes-nothing", Content.README, "true"),
        presented("agent-deletes", Content.README, "rm README.md", "deleted file mode 100644"),
        presented("agent-renames", Content.README, "git mv README.md LIESMICH.md", "LIESMICH.md"),
        presented(
            "agent-creates-binary",
            Content.README,
            "head -c 100000 /dev/urandom > b.bin",
            "GIT binary patch"),
        presented(
            "agent-commits",
            Content.README,
            """
            git config user.email a@b; git config user.name a
            echo bar > README.md; git commit -qam work; echo tail > after.txt
            """,
            "+bar",
            "+tail"),
        presented(
            "agent-changes-branch",
            Content.README,
            """
            git config user.email a@b; git config user.name a
            git checkout -q --orphan other; git rm -rfq --cached .; echo bar > README.md
            """,
            "+bar"),
        presented("agent-deletes-git", Content.README, "rm -rf .git; " + TOUCH, "+new"),
        failed(
            "agent-ignores-term",
            "trap '' TERM; echo busy; while :; do sleep 1; done",
            FailureCode.AGENT_TIMED_OUT,
            "busy"),
        presented(
            "agent-prints-invalid-utf8",
            Content.README,
            "printf '\\xff\\xfe\\n'; " + TOUCH,
            "+new"),
        failed(
            "agent-fails",
            "echo partial > README.md; seq -f 'line %g' 1 60; exit 3",
            FailureCode.AGENT_FAILED,
            lines(11, 60)),
        failed(
            "agent-eats-memory",
            "echo hungry; python3 -c 'x = bytearray(2 << 30); print(len(x))'",
            FailureCode.OUT_OF_MEMORY,
            "hungry"));
  }

  private static List<RealInput> setups() {
    return List.of(
        setup(
            "setup-exits-1",
            "seq -f 'line %g' 1 60; exit 1",
            FailureCode.SETUP_FAILED,
            lines(11, 60)),
        setup("setup-hangs", "echo begun; sleep 1000", FailureCode.SETUP_TIMED_OUT, "begun"),
        setup(
            "setup-asks-on-stdin",
            "echo 'Continue? [y/N]'; read -r answer; echo never",
            FailureCode.SETUP_FAILED,
            "Continue? [y/N]"),
        setup("setup-leaves-a-daemon", "nohup sleep 1000 >/dev/null 2>&1 &", null, "+new"));
  }

  private static String[] lines(int from, int to) {
    return IntStream.rangeClosed(from, to).mapToObj("line %d"::formatted).toArray(String[]::new);
  }

  private static RealInput presented(
      String name, Content content, String prompt, String... inDiff) {
    return new RealInput(name, content, "main", "", prompt, null, List.of(inDiff));
  }

  private static RealInput setUp(String name, Content content, String prompt, String... inDiff) {
    return new RealInput(name, content, "main", "auto", prompt, null, List.of(inDiff));
  }

  private static RealInput failed(
      String name, String prompt, FailureCode code, String... lastLines) {
    return new RealInput(name, Content.README, "main", "", prompt, code, List.of(lastLines));
  }

  private static RealInput repository(
      String name, Content content, String branch, FailureCode code) {
    return new RealInput(name, content, branch, "", TOUCH, code, List.of());
  }

  private static RealInput setup(
      String name, String setup, @Nullable FailureCode code, String... expected) {
    return new RealInput(name, Content.README, "main", setup, TOUCH, code, List.of(expected));
  }

  /** Fresh repositories for the case; the first is what is cloned. */
  List<ScratchRepository> fill() {
    return switch (repository) {
      case README -> List.of(ScratchRepository.withReadme());
      case EMPTY -> List.of(ScratchRepository.empty());
      case ODD -> List.of(RealContent.odd());
      case SUBMODULES -> RealContent.submodules();
      case HISTORY_OF_200_MB -> List.of(ScratchRepository.withHistory(HISTORY));
      case NPM_PROJECT -> List.of(RealContent.npmProject());
      case UNKNOWN_TOOLS -> List.of(RealContent.unknownTools());
    };
  }
}
