package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which commits' setup sees an environment's secrets, and after which edits it goes on seeing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TrustedRefsSystemTest {
  private static final String SETUP = "echo \\\"the token is ${TOKEN:+there}${TOKEN:-away}\\\"";
  private static final String VALUE = "hunter2-hunter2";

  private final ScratchRepository repository = ScratchRepository.withReadme();

  @SuppressWarnings("NullAway.Init")
  private Deployment errand;

  @SuppressWarnings("NullAway.Init")
  private String producer;

  @BeforeAll
  void start() {
    errand = Deployment.start();
    repository.git("branch", "release");
    repository.git("checkout", "-q", "-b", "topic");
    repository.write("topic", "unmerged");
    repository.commit("Do what nobody has looked at");
    // As hosts of repositories keep the heads of forks: fetched by id, on no branch of this one.
    repository.write("fork", "foreign");
    repository.git("update-ref", "refs/pull/1/head", repository.commit("Come from a fork"));
    repository.git("reset", "-q", "--hard", "HEAD~1");
    repository.git("checkout", "-q", "main");
    repository.write("README.md", "# foo\n\nnewer\n");
    repository.commit("Go on");
    apply("default", "", SETUP).succeeded();
    apply("listed", "trustedRefs: [release]", SETUP).succeeded();
    for (String environment : new String[] {"default", "listed"}) {
      errand
          .errandWith(VALUE, SourceTree.ROOT, "env", "secret", "set", environment, "TOKEN")
          .succeeded();
    }
    producer = errand.errand("token", "create", "robot").succeeded().out().strip();
  }

  @AfterAll
  void end() {
    errand.close();
    repository.delete();
  }

  private CommandResult apply(String id, String more, String setup, String... options) {
    String document =
        """
        id: %s
        repository: %s
        setup: "%s"
        maintenance: "%s"
        secrets: [TOKEN]
        limits: {cpus: 1, memory: 512MiB, disk: 1GiB, setup: 15s, agent: 15s}
        %s
        """
            .formatted(id, repository.url(), setup, setup, more);
    String[] line = new String[4 + options.length];
    System.arraycopy(new String[] {"env", "apply", "-f", "-"}, 0, line, 0, 4);
    System.arraycopy(options, 0, line, 4, options.length);
    return errand.errandWith(document, SourceTree.ROOT, line);
  }

  /**
   * @param ref a branch, or what git makes a commit id of
   */
  record Row(String environment, String ref, boolean byId, boolean operator, boolean sees) {
    static Row of(String environment, String ref, boolean sees) {
      return new Row(environment, ref, false, false, sees);
    }

    Row asId() {
      return new Row(environment, ref, true, operator, sees);
    }

    Row byOperator() {
      return new Row(environment, ref, byId, true, sees);
    }
  }

  static Stream<Row> rows() {
    return Stream.of(
        Row.of("default", "main", true),
        Row.of("default", "main~1", true).asId(),
        Row.of("default", "release", true), // an ancestor of main
        Row.of("default", "topic", false),
        Row.of("default", "topic", false).asId(),
        Row.of("default", "topic", true).byOperator(),
        Row.of("default", "refs/pull/1/head", false).asId(),
        Row.of("listed", "release", true),
        Row.of("listed", "main", false),
        Row.of("listed", "main", true).byOperator());
  }

  @ParameterizedTest
  @MethodSource("rows")
  void secretsGoToTrustedCommitsAlone(Row row) {
    String branch = row.byId() ? repository.git("rev-parse", row.ref()).strip() : row.ref();
    String[] submission = {"cloud", "exec", "--env", row.environment(), "--branch", branch, "true"};

    CommandResult submitted =
        row.operator() ? errand.errand(submission) : errand.errandAs(producer, submission);
    String task = Deployment.taskOf(submitted.succeeded());
    assertThat(errand.awaitEnd(task).path("state").asText()).isEqualTo("ready");

    String log = errand.errand("cloud", "logs", task).succeeded().out();
    // the value itself is hidden in a log
    assertThat(log).doesNotContain(VALUE).contains("the token is ");
    if (row.sees()) {
      assertThat(log).contains("the token is there").doesNotContain("gets no secret");
    } else {
      assertThat(log).contains("the token is away").contains("gets no secret");
    }
  }

  /** The environment's own branch is not among those that it trusts. */
  @Test
  void whatIsPreparedWithSecretsIsPreparedFromATrustedBranch() {
    apply("careful", "trustedRefs: [release]", SETUP + "; git rev-parse HEAD").succeeded();
    errand.errandWith(VALUE, SourceTree.ROOT, "env", "secret", "set", "careful", "TOKEN");
    String task =
        Deployment.taskOf(
            errand
                .errandAs(producer, "cloud", "exec", "--env", "careful", "--branch=release", "true")
                .succeeded());
    errand.awaitEnd(task);

    assertThat(errand.errand("cloud", "logs", task).succeeded().out())
        .contains("the token is there", repository.git("rev-parse", "release").strip())
        .doesNotContain(repository.git("rev-parse", "main").strip());
  }

  @Test
  void otherCodeSeesExistingSecretsOnlyWhenSomebodySaysSo() {
    String other = "true; " + SETUP;
    apply("edited", "", SETUP).succeeded();
    apply("edited", "", other).succeeded(); // there is no value yet
    errand.errandWith(VALUE, SourceTree.ROOT, "env", "secret", "set", "edited", "TOKEN");

    apply("edited", "variables: {A: b}", other).succeeded();
    assertThat(apply("edited", "", SETUP).exited(1).err()).contains("SECRETS_UNCONFIRMED");
    assertThat(apply("edited", "trustedRefs: [topic]", other).exited(1).err())
        .contains("SECRETS_UNCONFIRMED");
    apply("edited", "", SETUP, "--confirm-secrets").succeeded();
    assertThat(errand.errand("env", "get", "edited").succeeded().out()).doesNotContain("true; ");
  }
}
