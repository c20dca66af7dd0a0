package dev.errand.ingest.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.errand.schemas.EnvironmentSpec;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.Owner;
import dev.errand.schemas.ids.RefName;
import dev.errand.schemas.ids.SecretName;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentDocumentTest {
  private static final EnvironmentId WEB = new EnvironmentId("web");

  private static final String FULL =
      """
      id: web
      label: The web shop
      repository: https://github.com/acme/web
      branch: main
      image: errand/universal
      pins: {node: 18, python: 3.10}
      setup: |
        npm ci
        echo "a: b"   # not a comment of YAML
      maintenance: npm ci
      verify: npm test
      variables: {CI: "1", SWITCH: off, EMPTY: }
      secrets: [NPM_TOKEN]
      trustedRefs: [main, release/1]
      members: [bob, alice@example.org]
      internet: {agent: off, domains: [example.org], methods: [GET, HEAD]}
      agent: command
      limits: {cpus: 1.5, memory: 4GiB, disk: 10GiB, setup: 20m, agent: 1h30m}
      """;

  private static EnvironmentSpec yaml(String text) {
    return read(text, Syntax.YAML).spec();
  }

  private static EnvironmentDefinition read(String text, Syntax syntax) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return EnvironmentDocument.read(
        Value.parse(bytes, syntax, FailureCode.ENVIRONMENT_INVALID), WEB);
  }

  private static void assertRefused(String text, Syntax syntax, String... parts) {
    assertThatThrownBy(() -> read(text, syntax))
        .isInstanceOfSatisfying(
            ErrandException.class,
            e -> {
              assertThat(e.code()).isEqualTo(FailureCode.ENVIRONMENT_INVALID);
              assertThat(e.failure().message()).contains(parts);
            });
  }

  @Test
  void readsEveryKey() {
    EnvironmentSpec spec = yaml(FULL);

    assertThat(spec.label()).isEqualTo("The web shop");
    assertThat(spec.repository().value()).isEqualTo("https://github.com/acme/web");
    assertThat(spec.branch()).isEqualTo(new RefName("main"));
    assertThat(spec.setup()).isEqualTo("npm ci\necho \"a: b\"   # not a comment of YAML\n");
    assertThat(spec.secrets()).containsExactly(new SecretName("NPM_TOKEN"));
    assertThat(spec.trustedRefs()).containsExactly(new RefName("main"), new RefName("release/1"));
    assertThat(spec.internet().domains()).containsExactly("example.org");
    assertThat(spec.limits())
        .isEqualTo(
            new EnvironmentSpec.Limits(
                1.5, 4L << 30, 10L << 30, Duration.ofMinutes(20), Duration.ofMinutes(90)));
  }

  @Test
  void readsMembersWhoAreNoPartOfHowTasksRun() {
    EnvironmentDefinition full = read(FULL, Syntax.YAML);
    String alone = FULL.replace("members: [bob, alice@example.org]\n", "");

    assertThat(full.members())
        .containsExactlyInAnyOrder(new Owner("alice@example.org"), new Owner("bob"));
    assertThat(EnvironmentText.document(full))
        .containsEntry("members", List.of("alice@example.org", "bob"));
    assertThat(read(alone, Syntax.YAML))
        .isEqualTo(new EnvironmentDefinition(full.spec(), Set.of()));
    assertThat(EnvironmentText.document(read(alone, Syntax.YAML))).doesNotContainKey("members");
  }

  @Test
  void takesAHundredMembers() {
    String names = IntStream.range(0, 100).mapToObj(i -> "m" + i).collect(Collectors.joining(", "));
    String document = "repository: https://x/y\nmembers: [%s]";

    assertThat(read(document.formatted(names), Syntax.YAML).members()).hasSize(100);
    assertRefused(
        document.formatted(names + ", m100"),
        Syntax.YAML,
        "members: there are more than 100 items");
  }

  @Test
  void keepsTextsThatOlderYamlWouldTurnIntoSomethingElse() {
    EnvironmentSpec spec = yaml(FULL);

    assertThat(spec.pins()).containsEntry("python", "3.10").containsEntry("node", "18");
    assertThat(spec.variables())
        .containsEntry("SWITCH", "off")
        .containsEntry("CI", "1")
        .containsEntry("EMPTY", "");
    assertThat(spec.internet().agent()).isEqualTo(EnvironmentSpec.Preset.OFF);
    assertThat(
            yaml("""
                    repository: file:///r
                    label: no
                    branch: 2026-01-01
                    variables: {A: 0o17, B: 1e3, C: yes, D: 12:30:45, E: true}
                    """)
                .variables())
        .containsEntry("A", "0o17")
        .containsEntry("B", "1e3")
        .containsEntry("C", "yes")
        .containsEntry("D", "12:30:45")
        .containsEntry("E", "true");
  }

  @Test
  void fillsInWhatTheManualPromises() {
    EnvironmentSpec spec = yaml("repository: https://github.com/acme/web");

    assertThat(spec.id()).isEqualTo(WEB);
    assertThat(spec.branch()).isNull();
    assertThat(spec.image()).isEqualTo("errand/universal");
    assertThat(spec.setup()).isEqualTo(EnvironmentSpec.AUTO);
    assertThat(spec.trustedRefs()).isEmpty();
    assertThat(spec.agent()).isEqualTo(EnvironmentSpec.AgentKind.COMMAND);
    assertThat(spec.internet().agent()).isEqualTo(EnvironmentSpec.Preset.OFF);
    assertThat(spec.limits()).isEqualTo(EnvironmentSpec.Limits.DEFAULT);
  }

  @Test
  void readsBackWhatItWrites() throws Exception {
    EnvironmentDefinition definition = read(FULL, Syntax.YAML);

    String yaml = EnvironmentText.yaml(definition);
    String json = new ObjectMapper().writeValueAsString(EnvironmentText.document(definition));

    assertThat(read(yaml, Syntax.YAML)).isEqualTo(definition);
    assertThat(read(json, Syntax.JSON)).isEqualTo(definition);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "setpu: x | line 1, column 1 | did you mean 'setup'?",
        "zzz: x | line 1, column 1 | the key 'zzz' is unknown; there are id, label",
        "limits: {memroy: 1GiB} | line 1, column 10 | limits: | did you mean 'memory'?",
        "limits: {memory: 4G} | line 1, column 18 | limits.memory: | write it as 4GiB",
        "limits: {memory: 1KiB} | outside 64MiB to 1TiB",
        "limits: {setup: 20} | limits.setup: | write it as 20m",
        "limits: {agent: 25h} | outside 1s to 24h",
        "limits: {cpus: 0} | limits.cpus: | outside 0.1 to 64",
        "limits: {cpus: many} | a number is due, this is 'many'",
        "limits: {cpus: [1]} | a number is due, this is a list",
        "limits: 3 | keys and values are due, this is a text",
        "secrets: NPM_TOKEN | line 1, column 10 | a list is due, this is a text",
        "secrets: [npm] | secrets[0]: | is not a secret's name",
        "secrets: [A, A] | secrets[1]: | 'A' is there twice",
        "members: alice | line 1, column 10 | a list is due, this is a text",
        "members: ['a b'] | members[0]: | is not an owner",
        "members: [ann, bob, ann] | members[2]: | 'ann' is there twice",
        "setup: [x] | a text is due, this is a list",
        "agent: comand | did you mean 'command'?",
        "internet: {agent: on} | is not one of off, none, common, all; did you mean 'all'?",
        "internet: {agent: False} | is not one of off, none, common, all; did you mean 'off'?",
        "internet: {domains: ['*.example.org']} | sub-domains are included",
        "internet: {domains: [127.0.0.1]} | is not a domain",
        "internet: {methods: [get]} | upper case",
        "image: -v | is not an image's name",
        "image: Upper/case | is not an image's name",
        "branch: --upload-pack=x | is not a git reference",
        "repository: ext::sh | is not a repository's URL",
        "repository: https://u:p@h/r | carries no password",
        "id: other | 'other' is not 'web'",
        "label: '' | 1 to 100 characters",
        "variables: {1A: x} | is not a variable's name",
        "pins: {node: ''} | is not a version",
        "pins: {node: [18]} | pins.node: a text is due",
        "setup: !!binary aGk= | the tag",
        "a: 1\\na: 2 | line 2, column 1",
        "setup: 'x | line",
        "setup: &a [*a] | nested deeper",
        "- a | keys and values are due, this is a list",
      })
  void refusesWithPlaceAndReason(String line) {
    String[] parts = line.split("\\|");
    String[] expected = new String[parts.length - 1];
    for (int i = 1; i < parts.length; i++) {
      expected[i - 1] = parts[i].strip();
    }

    String text = parts[0].strip().replace("\\n", "\n");
    boolean mapping = !text.startsWith("- ") && !text.startsWith("repository");
    assertRefused(mapping ? text + "\nrepository: https://x/y" : text, Syntax.YAML, expected);
  }

  @Test
  void namesLineAndColumnOfMalformedText() {
    assertRefused("repository: https://x/y\n\tsetup: x\n", Syntax.YAML, "line 2, column");
    assertRefused(
        "{\"repository\": \"https://x/y\",\n \"setup\": }", Syntax.JSON, "line 2, column");
    assertRefused(
        "{\"repository\": \"https://x/y\"",
        Syntax.JSON,
        "line 1, column",
        "expected close marker for Object (start marker at line 1, column 1)");
    assertRefused("{} {}", Syntax.JSON, "line 1, column 4", "after the document");
    assertRefused("", Syntax.YAML, "the document is empty");
    assertRefused("  ", Syntax.JSON, "the document is empty");
    assertRefused("--- {}\n--- {}\n", Syntax.YAML, "line 2");
  }

  @Test
  void saysWhatIsMissing() {
    assertRefused("label: x", Syntax.YAML, "the key 'repository' is missing");
  }

  @Test
  void takesNoNumberOfJsonForText() {
    assertRefused(
        "{\"repository\": \"https://x/y\", \"pins\": {\"node\": 18}}",
        Syntax.JSON,
        "pins.node: a text is due, this is a number; put it in quotes");
    assertRefused("{\"repository\": true}", Syntax.JSON, "this is a boolean; put it in quotes");
  }

  @Test
  void refusesAnAliasBomb() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 9; i++) {
      bomb.append(
          "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d]\n"
              .formatted(i, i, i - 1, i - 1, i - 1, i - 1, i - 1));
    }

    assertRefused(bomb.toString(), Syntax.YAML, "more than 10000 values");
  }

  @Test
  void boundsScriptsAndVariables() {
    String script = "x".repeat(EnvironmentSpec.MAX_SCRIPT_BYTES);
    assertThat(yaml("repository: https://x/y\nsetup: " + script).setup()).hasSize(128 * 1024);
    assertRefused(
        "repository: https://x/y\nverify: y\nsetup: " + script,
        Syntax.YAML,
        "all scripts together may have 128KiB");
    assertRefused(
        "repository: https://x/y\nvariables: {A: " + "x".repeat(33 * 1024) + "}",
        Syntax.YAML,
        "all variables together may have 32KiB");
    assertRefused(
        "repository: https://x/y\nvariables: {A: x}\nsecrets: [A]",
        Syntax.YAML,
        "'A' is a variable as well");
  }

  @ParameterizedTest
  @CsvSource({
    "4GiB,4294967296",
    "512 MiB,536870912",
    "1.5GiB,1610612736",
    "1kB,1000",
    "42,42",
    "42B,42"
  })
  void readsSizes(String text, long bytes) {
    assertThat(Sizes.parse(text)).isEqualTo(bytes);
    assertThat(Sizes.parse(Sizes.text(bytes))).isEqualTo(bytes);
  }

  @ParameterizedTest
  @CsvSource({"20m,1200", "90s,90", "1h30m,5400", "0s,0", "24h,86400"})
  void readsTimes(String text, long seconds) {
    assertThat(Durations.parse(text)).isEqualTo(Duration.ofSeconds(seconds));
    assertThat(Durations.parse(Durations.text(Duration.ofSeconds(seconds))))
        .isEqualTo(Duration.ofSeconds(seconds));
  }
}
