package dev.errand.views;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.schemas.Event;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Held;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.TaskId;
import dev.errand.schemas.wire.Wire;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ViewsTopologyTest {
  private static final TaskId TASK = Sample.task(1);
  private static final RunId RUN = TASK.attempt(1).run(1, 1);

  private final Notes notes = new Notes();
  private final Driver driver = new Driver(ViewsTopology.of(Wire.shipped(), notes));

  @AfterEach
  void close() {
    driver.close();
  }

  private static final class Notes implements ViewsTopology.Observer {
    final List<TaskView> changed = new ArrayList<>();
    final List<String> folded = new ArrayList<>();
    int skipped;

    @Override
    public void changed(TaskView view) {
      changed.add(view);
    }

    @Override
    public void folded(TopicPartition partition, long offset) {
      folded.add(partition + "@" + offset);
    }

    @Override
    public void skipped() {
      skipped++;
    }
  }

  @Test
  void foldsFactsOfSharedTopicsAndOfNodes() {
    driver.pipe(Topic.SET_UP, Sample.prepared(RUN));
    driver.pipe(Topic.TASKS_ADMITTED, Sample.admitted(TASK, 1));
    driver.pipe(Topic.ATTEMPTS_PLACED, Sample.placed(RUN));

    TaskView view = driver.<TaskView>store(TaskFold.STORE).get(TASK.value());
    assertThat(view.state()).isEqualTo(TaskView.State.RUNNING);
    assertThat(view.attempt(1).map(AttemptView::state)).contains(AttemptView.State.SET_UP);
    assertThat(notes.changed).hasSize(3).last().isEqualTo(view);
    assertThat(notes.folded).contains("nodes.local.set-up-0@0", "tasks.admitted-0@0");
  }

  @Test
  void aFactThatSaysNothingNewIsNoChange() {
    driver.pipe(Topic.TASKS_ADMITTED, Sample.admitted(TASK, 1), Sample.admitted(TASK, 1));

    assertThat(notes.changed).hasSize(1);
    assertThat(notes.folded).hasSize(2);
  }

  @Test
  void poisonIsPassedOverAndCounted() {
    driver.pipe(Topic.TASKS_ADMITTED, TASK.value(), "poison".getBytes(StandardCharsets.UTF_8));
    driver.pipe(Topic.TASKS_ADMITTED, Sample.admitted(TASK, 1));

    assertThat(notes.skipped).isEqualTo(1);
    assertThat(notes.changed).hasSize(1);
    assertThat(notes.folded).hasSize(2);
  }

  @Test
  void nodesAreWhatTheyLastSaid() {
    NodeName other = new NodeName("other");
    driver.pipe(Topic.NODES, Sample.heartbeat(Sample.LOCAL, "provisioner"));
    driver.pipe(Topic.NODES, Sample.heartbeat(other, "provisioner"));
    driver.pipe(Topic.NODES, Sample.heartbeat(new NodeName("door"), NodeReports.FRONT_DOOR));
    driver.advance(Duration.ofSeconds(5));
    driver.pipe(
        Topic.NODES,
        new Event.NodeReported(
            Sample.LOCAL,
            "agent-runner",
            Sample.NOW,
            0,
            0,
            List.of(new Held(RUN, Sample.AGENT)),
            null,
            null));

    List<NodeView> nodes =
        NodeReports.read(driver.<byte[]>store(NodeReports.STORE), Wire.shipped());

    assertThat(nodes).extracting(NodeView::node).containsExactly(Sample.LOCAL, other);
    assertThat(nodes.getFirst().seenAt()).isEqualTo(Sample.NOW.plusSeconds(5));
    assertThat(nodes.getFirst().permits()).isEqualTo(4);
    assertThat(nodes.getFirst().services())
        .extracting(NodeView.Service::name)
        .containsExactly("agent-runner", "provisioner");
    assertThat(nodes.getFirst().unfit()).isNull();
  }

  @Test
  void aNodeThatTakesNothingSaysWhy() {
    Failure why = Failure.of(FailureCode.ENGINE_UNAVAILABLE, "no engine answers");
    driver.pipe(
        Topic.NODES,
        new Event.NodeReported(
            Sample.LOCAL, "provisioner", Sample.NOW, 4, 0, List.of(), why, null));

    List<NodeView> nodes =
        NodeReports.read(driver.<byte[]>store(NodeReports.STORE), Wire.shipped());

    assertThat(nodes).extracting(NodeView::unfit).containsExactly(why);
    assertThat(NodeView.lackOfAll(nodes, Sample.NOW)).contains(why);
    assertThat(NodeView.lackOfAll(nodes, Sample.NOW.plusSeconds(60))).isEmpty();
    assertThat(NodeView.lackOfAll(List.of(), Sample.NOW)).isEmpty();
    NodeView fit =
        new NodeView(new NodeName("fit"), Sample.NOW, Sample.NOW, 4, 4, List.of(), null, why);
    assertThat(NodeView.lackOfAll(List.of(nodes.getFirst(), fit), Sample.NOW)).isEmpty();
  }

  @Test
  void aViewGoesWhenItsFactsHaveGone() {
    driver.pipe(Topic.TASKS_ADMITTED, Sample.admitted(TASK, 1));

    driver.advance(Duration.ofDays(98));

    assertThat(driver.<TaskView>store(TaskFold.STORE).get(TASK.value())).isNull();
  }
}
