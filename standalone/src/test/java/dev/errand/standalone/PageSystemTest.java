package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The live page of a task in a real browser, as whoever follows the address from exec sees it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PageSystemTest {
  private static final String HOSTILE =
      """
      echo '<script>window.hacked = 1</script><img src=x onerror="window.hacked = 1">'
      printf '\\033]0;a title\\007\\033[31mred\\033[0m \\033[2Jcleared\\n'
      printf 'bidi \\342\\200\\256gnp.exe\\n'
      head -c 20000000 /dev/zero | tr '\\0' 'x'
      printf '\\nthe end\\n'
      echo '<img src=x onerror="window.hacked = 1">' > '<img src=x onerror=hack()>.html'
      """;

  @SuppressWarnings("NullAway.Init")
  private Deployment errand;

  @SuppressWarnings("NullAway.Init")
  private ScratchRepository repository;

  @SuppressWarnings("NullAway.Init")
  private Browser browser;

  @BeforeAll
  void start() throws IOException {
    errand = Deployment.start();
    repository = ScratchRepository.withReadme();
    errand.applyEnvironment("page", repository.url(), "");
    browser = Browser.start();
    browser.open(errand.url() + "/codex/tasks");
    logIn(Files.readString(errand.data().resolve("token")).strip());
    browser.awaitText("#list h1", "Tasks");
  }

  @BeforeEach
  void leaveThePageBefore() {
    browser.open(errand.url() + "/codex/tasks");
  }

  @AfterAll
  void end() {
    browser.close();
    repository.delete();
    errand.close();
  }

  @Test
  void itAsksForATokenAndRefusesAWrongOne() {
    try (Browser stranger = Browser.start()) {
      stranger.open(exec("true"));
      stranger.awaitText("#login h1", "Who are you?");
      assertThat(stranger.text("#task")).isEmpty();
      stranger.evaluate("document.getElementById('token').value = 'errand_wrong'");
      stranger.click("#login button");
      stranger.awaitText("#wrong", "That token is not known here.");
    }
  }

  @Test
  void aTaskIsWatchedUntilItsDiffIsThere() {
    String address = exec("sed -i s/foo/bar/ README.md; echo seen");
    browser.open(address);

    browser.awaitText("#state", "ready");
    browser.awaitText("#logs", "seen");
    browser.awaitText("#diff", "+# bar");
    assertThat(browser.text("#diff")).contains("README.md", "-# foo");
    assertThat(browser.text("#apply")).isEqualTo("errand apply " + taskOf(address));
    assertThat(browser.text("#steps"))
        .contains("✓ container", "✓ checkout", "✓ setup", "✓ agent", "✓ diff");
  }

  @Test
  void outputIsShownWhileTheAgentWorksAndTheTaskCanBeCancelled() {
    browser.open(exec("echo so far; sleep 600"));
    browser.awaitText("#logs", "so far");
    assertThat(browser.text("#state")).isEqualTo("running");
    assertThat(browser.text("#steps")).contains("▸ agent");

    browser.click("#cancel");
    browser.awaitText("#cancel", "Really cancel?");
    browser.click("#cancel");
    browser.awaitText("#state", "cancelled");
  }

  @Test
  void aFailureIsNamedWithItsHintAndLastLines() {
    browser.open(exec("echo this went wrong >&2; exit 3"));
    browser.awaitText("#state", "failed");
    browser.awaitText("#failure", "AGENT_FAILED");
    assertThat(browser.text("#failure")).contains("exit code 3", "Perhaps you should");
    assertThat(browser.text("#failure pre")).contains("this went wrong");
    assertThat(browser.text("#steps")).contains("✗ agent");
  }

  @Test
  void attemptsAreTabsEachWithItsLogAndDiff() {
    browser.open(exec("echo hello > new.txt; echo made", "--attempts", "2"));
    browser.awaitText("#state", "ready");
    browser.awaitTrue("document.querySelectorAll('[role=tab]').length === 2");
    browser.click("[role=tab]:nth-child(2)");
    browser.awaitText("[aria-selected=true]", "Attempt 2: presented");
    browser.awaitText("#logs", "made");
    browser.awaitText("#diff", "+hello");
    assertThat(browser.text("#apply")).contains("--attempt 2");
  }

  @Test
  void hostileOutputIsTextAndTheBrowserRunsNothingOfIt() {
    browser.open(exec(HOSTILE));
    browser.awaitText("#state", "ready");
    browser.awaitText("#logs", "the end");
    browser.awaitText("#diff", "+<img src=x onerror");
    browser.click("#follow"); // else it holds the box at its end

    assertThat(browser.evaluate("document.querySelectorAll('article img, article script').length"))
        .hasToString("0");
    assertThat(browser.evaluate("document.querySelector('#logs pre').textContent.length").asInt())
        .as("characters kept of 20 million")
        .isLessThan(500_000);
    // Were it in the document all the same, the policy would still not let it run.
    browser.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.hacked = 1\">');"
            + "const script = document.createElement('script');"
            + "script.textContent = 'window.hacked = 1'; document.body.append(script)");
    browser.awaitTrue("[...document.images].every((image) => image.complete)");
    assertThat(browser.evaluate("typeof window.hacked").asText()).isEqualTo("undefined");
  }

  @Test
  void terminalSequencesAndReadingDirectionsMisleadNobody() {
    browser.open(exec(HOSTILE.replace("20000000", "10")));
    browser.awaitText("#logs", "the end");
    assertThat(browser.text("#logs"))
        .contains("red cleared", "bidi <U+202E>gnp.exe", "<script>window.hacked")
        .doesNotContain("\u001b", "a title", "\u202e");
  }

  private void logIn(String token) {
    browser.awaitText("#login h1", "Who are you?");
    browser.evaluate("document.getElementById('token').value = '%s'".formatted(token));
    browser.click("#login button");
  }

  /** Hands over a task and returns the address that the command prints. */
  private String exec(String prompt, String... options) {
    String[] command = new String[options.length + 5];
    System.arraycopy(new String[] {"cloud", "exec", "--env", "page"}, 0, command, 0, 4);
    System.arraycopy(options, 0, command, 4, options.length);
    command[command.length - 1] = prompt;
    return errand.errand(command).succeeded().out().strip();
  }

  private static String taskOf(String address) {
    return address.substring(address.lastIndexOf('/') + 1);
  }
}
