package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A real repository in, an applied patch out, in one process and with a process for each service:
 * the same tests by construction.
 */
@ParameterizedClass
@EnumSource(Deployment.Mode.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PipelineSystemTest {
  @Parameter Deployment.Mode mode = Deployment.Mode.ONE_PROCESS;

  @SuppressWarnings("NullAway.Init")
  private Deployment errand;

  @BeforeAll
  void start() {
    errand = Deployment.start(mode);
  }

  @AfterAll
  void end() {
    errand.close();
  }

  @Test
  void aTaskBecomesADiffThatApplies() {
    ScratchRepository repository = ScratchRepository.withReadme();
    errand.applyEnvironment("happy", repository.url(), "");

    String prompt = "sed -i s/foo/bar/ README.md";
    CommandResult submission =
        errand.errand("cloud", "exec", "--env", "happy", "--branch", "main", prompt);
    String task = Deployment.taskOf(submission.succeeded());
    errand.errand("cloud", "wait", task).succeeded();
    assertThat(errand.errand("cloud", "diff", task).succeeded().out()).contains("-# foo", "+# bar");
    errand.errandWith("", repository.folder(), "apply", task).succeeded();

    assertThat(repository.read("README.md")).startsWith("# bar");
    repository.delete();
  }
}
