package dev.errand.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.schemas.Topic.Keep;
import dev.errand.schemas.ids.NodeName;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The catalogue has one topic for each fact, under a name that Kafka takes. */
class TopicTest {
  private static final NodeName LONGEST = new NodeName("n".repeat(40));

  /** Source: Kafka's own rule for the names of topics. */
  private static final String KAFKA_NAME = "[a-zA-Z0-9._-]{1,249}";

  @ParameterizedTest
  @EnumSource(Topic.class)
  void aTopicsNameIsKafkasAndFindsIt(Topic topic) {
    assertThat(topic.on(LONGEST)).matches(KAFKA_NAME);
    assertThat(Topic.named(topic.on(LONGEST))).contains(topic);
    assertThat(topic.subject()).doesNotContain("*").endsWith("-value");
  }

  @Test
  void everyFactHasOneTopicAndEverySubjectIsItsOwn() {
    Set<Class<?>> facts =
        Arrays.stream(Event.class.getPermittedSubclasses())
            .flatMap(TopicTest::records)
            .filter(type -> type != Event.Unknown.class)
            .collect(Collectors.toSet());

    assertThat(Arrays.stream(Topic.values()).map(Topic::event))
        .doesNotHaveDuplicates()
        .containsExactlyInAnyOrderElementsOf(
            facts.stream().map(type -> type.asSubclass(Event.class)).collect(Collectors.toSet()));
    assertThat(Arrays.stream(Topic.values()).map(Topic::subject)).doesNotHaveDuplicates();
  }

  @Test
  void onlyFactsAboutARunOnANodeLieOnANodesTopics() {
    assertThat(Arrays.stream(Topic.values()).filter(Topic::isOfNode).map(Topic::event))
        .allSatisfy(event -> assertThat(Event.OnNode.class).isAssignableFrom(event));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "tasks",
        "tasks.requested-value",
        "nodes.container-created",
        "nodes..container-created",
        "nodes.a.b.container-created",
        "nodes.A.container-created",
        "xnodes.a.container-created",
        "__consumer_offsets"
      })
  void anotherTopicIsNotOfTheCatalogue(String name) {
    assertThat(Topic.named(name)).isEmpty();
  }

  @Test
  void whatIsFoldedStaysLongerThanWhatIsWatched() {
    assertThat(Keep.LIFECYCLE.retention()).hasDays(90);
    assertThat(Keep.QUEUE.retention()).hasDays(30);
    assertThat(Keep.LIVE.retention()).hasDays(1);
    assertThat(Keep.NEWEST.retention()).isZero();
  }

  private static Stream<Class<?>> records(Class<?> type) {
    return type.isRecord()
        ? Stream.of(type)
        : Arrays.stream(type.getPermittedSubclasses()).flatMap(TopicTest::records);
  }
}
