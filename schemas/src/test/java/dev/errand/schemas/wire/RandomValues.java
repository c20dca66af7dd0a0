package dev.errand.schemas.wire;

import dev.errand.schemas.Data;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.Owner;
import dev.errand.schemas.ids.RefName;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.SecretName;
import dev.errand.schemas.ids.StageName;
import dev.errand.schemas.ids.TaskId;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Values at their bounds and texts of all kinds, from a random source. */
class RandomValues {
  private static final List<String> WORDS =
      List.of("", "a", "two words", "ü\u0000\u001b[31m", "\ud83d\ude80", "\"\\\n\r\t", "\u202e");
  private static final int MAX_ITEMS = 4;
  final Random random;

  RandomValues(Random random) {
    this.random = random;
  }

  TaskId task() {
    return TaskId.at(time(), random);
  }

  RunId run() {
    return task().attempt(1 + random.nextInt(4)).run(1 + random.nextInt(9), 1 + random.nextInt(9));
  }

  Instant time() {
    return Instant.ofEpochMilli(random.nextLong(1L << 48)); // what a ULID can hold
  }

  Data data() {
    byte[] bytes = new byte[random.nextInt(64)];
    random.nextBytes(bytes);
    return Data.of(bytes);
  }

  String text() {
    return Stream.generate(() -> WORDS.get(random.nextInt(WORDS.size())))
        .limit(random.nextInt(MAX_ITEMS))
        .collect(Collectors.joining());
  }

  String hex(int bytes) {
    byte[] data = new byte[bytes];
    random.nextBytes(data);
    return HexFormat.of().formatHex(data);
  }

  int integer() {
    return flag() ? random.nextInt(100) : oneOf(0, -1, Integer.MAX_VALUE, Integer.MIN_VALUE);
  }

  long big() {
    return flag() ? random.nextLong() : oneOf(0L, -1L, Long.MAX_VALUE, Long.MIN_VALUE);
  }

  boolean flag() {
    return random.nextBoolean();
  }

  Owner owner() {
    return new Owner("o" + hex(2));
  }

  EnvironmentId environmentId() {
    return new EnvironmentId("e" + hex(2));
  }

  NodeName node() {
    return new NodeName("n" + hex(2));
  }

  StageName stage() {
    return new StageName(oneOf("set-up", "run-agent", "a"));
  }

  SecretName secret() {
    return new SecretName("S_" + random.nextInt(100));
  }

  RefName ref() {
    return new RefName("feature/ü" + hex(2));
  }

  @SafeVarargs
  final <T> T oneOf(T... values) {
    return values[random.nextInt(values.length)];
  }

  <T> @Nullable T maybe(Supplier<T> value) {
    return flag() ? value.get() : null;
  }

  <T> List<T> list(Supplier<T> item) {
    return Stream.generate(item).limit(random.nextInt(MAX_ITEMS)).toList();
  }

  <K, V> Map<K, V> map(Supplier<K> key, Supplier<V> value) {
    return list(key).stream()
        .distinct()
        .collect(Collectors.toMap(Function.identity(), k -> value.get()));
  }
}
