package dev.errand.standalone;

import dev.errand.schemas.FailureCode;
import java.util.List;
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
 * @param inDiff what the diff must contain, line by line
 */
record RealInput(
    String name,
    Content repository,
    String branch,
    String setup,
    String prompt,
    @Nullable FailureCode code,
    List<String> inDiff) {

  /** How a case's repository is filled. */
  enum Content {
    README,
    EMPTY,
    ODD
  }

  private static final String TOUCH = "echo new > new.txt";

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
            "new mode 100644"));
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
            "trap '' TERM; while :; do sleep 1; done",
            FailureCode.AGENT_TIMED_OUT),
        presented(
            "agent-prints-invalid-utf8",
            Content.README,
            "printf '\\xff\\xfe\\n'; " + TOUCH,
            "+new"),
        failed("agent-fails", "echo partial > README.md; exit 3", FailureCode.AGENT_FAILED),
        failed(
            "agent-eats-memory",
            "python3 -c 'x = bytearray(2 << 30); print(len(x))'",
            FailureCode.OUT_OF_MEMORY));
  }

  private static List<RealInput> setups() {
    return List.of(
        setup("setup-exits-1", "echo broken; exit 1", FailureCode.SETUP_FAILED),
        setup("setup-hangs", "sleep 1000", FailureCode.SETUP_TIMED_OUT),
        setup("setup-asks-on-stdin", "read -r answer", FailureCode.SETUP_FAILED),
        setup("setup-leaves-a-daemon", "nohup sleep 1000 >/dev/null 2>&1 &", null));
  }

  private static RealInput presented(
      String name, Content content, String prompt, String... inDiff) {
    return new RealInput(name, content, "main", "", prompt, null, List.of(inDiff));
  }

  private static RealInput failed(String name, String prompt, FailureCode code) {
    return new RealInput(name, Content.README, "main", "", prompt, code, List.of());
  }

  private static RealInput repository(
      String name, Content content, String branch, FailureCode code) {
    return new RealInput(name, content, branch, "", TOUCH, code, List.of());
  }

  private static RealInput setup(String name, String setup, @Nullable FailureCode code) {
    List<String> inDiff = code == null ? List.of("+new") : List.of();
    return new RealInput(name, Content.README, "main", setup, TOUCH, code, inDiff);
  }

  /** A fresh repository for the case. */
  ScratchRepository fill() {
    return switch (repository) {
      case README -> ScratchRepository.withReadme();
      case EMPTY -> ScratchRepository.empty();
      case ODD -> odd();
    };
  }

  private static ScratchRepository odd() {
    ScratchRepository repository = ScratchRepository.withReadme();
    repository.write("with space.txt", "space\n");
    repository.write("grüße.txt", "hallo\n");
    repository.write("crlf.txt", "one\r\ntwo\r\n");
    repository.write("run.sh", "#!/bin/sh\n");
    repository.write("target", "target");
    repository.run("chmod", "+x", "run.sh");
    repository.run("ln", "-s", "target", "link");
    repository.run("sh", "-c", "head -c 5000 /dev/urandom > binary.bin");
    repository.commit("Add what is odd");
    return repository;
  }
}
