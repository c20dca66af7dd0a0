package dev.errand.standalone;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** What bin/kafka-acls prints, as the broker takes it. */
final class KafkaAcls {
  private KafkaAcls() {}

  /** The rules of all its commands, of which none may say anything else. */
  static List<AclBinding> printed(String... arguments) {
    List<String> command = new ArrayList<>(List.of("bin/kafka-acls"));
    command.addAll(List.of(arguments));
    CommandResult result =
        CommandResult.of(command, SourceTree.ROOT, "", Map.of("KAFKA_ACLS", "tool")).succeeded();
    return result.out().lines().flatMap(line -> bindings(line).stream()).distinct().toList();
  }

  private static List<AclBinding> bindings(String line) {
    List<String> words = List.of(line.split(" ", -1));
    if (!words.getFirst().equals("tool") || !words.contains("--add")) {
      throw new AssertionError("no rule: " + line);
    }
    String principal = "";
    ResourceType type = ResourceType.UNKNOWN;
    String name = "";
    PatternType pattern = PatternType.UNKNOWN;
    List<AclOperation> operations = new ArrayList<>();
    for (int i = words.indexOf("--add") + 1; i < words.size(); i += 2) {
      String value = words.get(i + 1);
      switch (words.get(i)) {
        case "--allow-principal" -> principal = value;
        case "--operation" -> operations.add(operation(value));
        case "--topic", "--group" -> {
          type = ResourceType.fromString(words.get(i).substring(2));
          name = value;
        }
        case "--resource-pattern-type" ->
            pattern = PatternType.fromString(value.toUpperCase(Locale.ROOT));
        default -> throw new AssertionError("an unknown word: " + line);
      }
    }
    ResourcePattern resource = new ResourcePattern(type, name, pattern);
    String who = principal;
    return operations.stream()
        .map(one -> new AccessControlEntry(who, "*", one, AclPermissionType.ALLOW))
        .map(entry -> new AclBinding(resource, entry))
        .toList();
  }

  /** The tool takes DescribeConfigs for DESCRIBE_CONFIGS. */
  private static AclOperation operation(String word) {
    return AclOperation.fromString(
        word.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT));
  }
}
