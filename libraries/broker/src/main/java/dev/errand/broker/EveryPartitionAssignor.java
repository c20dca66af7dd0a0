package dev.errand.broker;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.coordinator.group.api.assignor.GroupAssignment;
import org.apache.kafka.coordinator.group.api.assignor.GroupSpec;
import org.apache.kafka.coordinator.group.api.assignor.MemberAssignment;
import org.apache.kafka.coordinator.group.api.assignor.ShareGroupPartitionAssignor;
import org.apache.kafka.coordinator.group.api.assignor.SubscribedTopicDescriber;

/**
 * Gives every member of a share group every partition. Kafka's own assignor gives a partition to
 * few members; when those are busy with long work, its records wait although others are free.
 *
 * <p>A broker plugin with a constructor that Kafka calls, so both are public.
 */
public final class EveryPartitionAssignor implements ShareGroupPartitionAssignor {
  @Override
  public String name() {
    return "every-partition";
  }

  @Override
  public GroupAssignment assign(GroupSpec group, SubscribedTopicDescriber topics) {
    Map<String, MemberAssignment> members = new HashMap<>();
    for (String member : group.memberIds()) {
      Map<Uuid, Set<Integer>> partitions = new HashMap<>();
      for (Uuid topic : group.memberSubscription(member).subscribedTopicIds()) {
        partitions.put(topic, assignable(group, topic, topics.numPartitions(topic)));
      }
      members.put(member, () -> partitions);
    }
    return new GroupAssignment(members);
  }

  /** Those whose share state the broker has set up; it asks again when more have become so. */
  private static Set<Integer> assignable(GroupSpec group, Uuid topic, int count) {
    Set<Integer> partitions = new HashSet<>();
    for (int partition = 0; partition < count; partition++) {
      if (group.isPartitionAssignable(topic, partition)) {
        partitions.add(partition);
      }
    }
    return partitions;
  }
}
