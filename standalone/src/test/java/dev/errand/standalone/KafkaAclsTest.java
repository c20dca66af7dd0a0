package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.NodeName;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;

/** bin/kafka-acls knows every topic, and gives nobody more than what the page says. */
class KafkaAclsTest {
  private static final Set<String> SERVICES =
      Set.of(
          "User:errand-ingest",
          "User:errand-provisioner",
          "User:errand-agent-runner",
          "User:errand-diff-collector");

  private static final List<AclBinding> RULES =
      KafkaAcls.printed("--bootstrap-server", "kafka:9092", "--producer", "ci", "--node", "n1");

  /** Who may do this to the topic of this very name. */
  private static Set<String> who(AclOperation operation, String topic) {
    return RULES.stream()
        .filter(rule -> rule.entry().operation() == operation)
        .filter(rule -> rule.pattern().resourceType() == ResourceType.TOPIC)
        .filter(
            rule ->
                rule.pattern().patternType() == PatternType.LITERAL
                    ? rule.pattern().name().equals(topic)
                    : topic.startsWith(rule.pattern().name()))
        .map(rule -> rule.entry().principal())
        .collect(Collectors.toSet());
  }

  @Test
  void everyServiceMayMakeAndCheckEveryTopic() {
    for (String topic : Topic.all(new NodeName("n1"))) {
      assertThat(who(AclOperation.CREATE, topic)).as(topic).isEqualTo(SERVICES);
      assertThat(who(AclOperation.DESCRIBE, topic)).as(topic).containsAll(SERVICES);
      assertThat(who(AclOperation.DESCRIBE_CONFIGS, topic)).as(topic).isEqualTo(SERVICES);
    }
  }

  @Test
  void anOutsideProducerWritesTheInboxAndDoesNothingElse() {
    assertThat(RULES)
        .filteredOn(rule -> rule.entry().principal().equals("User:ci"))
        .allMatch(rule -> rule.pattern().name().equals("tasks.requested"))
        .extracting(rule -> rule.entry().operation())
        .containsExactlyInAnyOrder(AclOperation.WRITE, AclOperation.DESCRIBE);
  }

  @Test
  void theInboxIsReadByTheFrontDoorAlone() {
    assertThat(who(AclOperation.READ, "tasks.requested")).containsExactly("User:errand-ingest");
  }

  @Test
  void theFrontDoorAloneBeginsTurns() {
    assertThat(who(AclOperation.WRITE, "turns.requested")).containsExactly("User:errand-ingest");
    assertThat(who(AclOperation.READ, "turns.requested")).containsExactly("User:errand-ingest");
  }

  @Test
  void onlyWhoNeedsSecretsReadsThemAndOnlyTheFrontDoorDefinesAnything() {
    assertThat(who(AclOperation.READ, "secrets"))
        .containsExactlyInAnyOrder("User:errand-ingest", "User:errand-provisioner");
    for (String topic : List.of("secrets", "git.credentials", "environments", "schemas")) {
      assertThat(who(AclOperation.WRITE, topic)).as(topic).containsExactly("User:errand-ingest");
    }
  }

  @Test
  void onlyTheProvisionerTellsOfSnapshotsAndOnlyTheFrontDoorListensToo() {
    assertThat(who(AclOperation.WRITE, "snapshots.facts"))
        .containsExactly("User:errand-provisioner");
    assertThat(who(AclOperation.READ, "snapshots.facts"))
        .containsExactlyInAnyOrder("User:errand-ingest", "User:errand-provisioner");
  }

  /** A node's facts are its workers' to write, and of no other node's. */
  @Test
  void theFrontDoorOnlyReadsWhatLiesOnNodes() {
    for (String topic : Topic.all(new NodeName("n1"))) {
      if (topic.startsWith("nodes.")) {
        assertThat(who(AclOperation.WRITE, topic)).doesNotContain("User:errand-ingest");
        assertThat(who(AclOperation.WRITE, topic.replace("n1", "n2"))).isEmpty();
      }
    }
  }

  @Test
  void nobodyMayDestroyAnythingOrDoItToAllThereIs() {
    assertThat(RULES)
        .noneMatch(rule -> rule.pattern().name().equals("*"))
        .allMatch(rule -> rule.pattern().resourceType() != ResourceType.CLUSTER)
        .extracting(rule -> rule.entry().operation())
        .doesNotContainAnyElementsOf(
            EnumSet.of(
                AclOperation.ALL,
                AclOperation.ALTER,
                AclOperation.DELETE,
                AclOperation.CLUSTER_ACTION));
  }
}
