package dev.errand.stage;

import dev.errand.schemas.Data;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.RecordHeader;
import dev.errand.schemas.Topic;
import dev.errand.schemas.Turn;
import dev.errand.schemas.ids.EventId;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.StageName;
import dev.errand.schemas.wire.Headers;
import dev.errand.schemas.wire.UnreadableFactException;
import dev.errand.schemas.wire.Wire;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Records that no stage could take: kept with their cause, and brought back by an operator. */
public final class DeadLetters {
  /** A dead letter is a fact too, so value, headers and cause together keep to a fact's limit. */
  private static final int MAX_VALUE_BYTES = Topic.MAX_EVENT_BYTES - 160 * 1024;

  /** No key of ours has a hundred bytes. */
  private static final int MAX_KEY_BYTES = 1024;

  private static final int MAX_HEADERS = 32;
  private static final int MAX_HEADER_BYTES = 1024;
  private static final StageName REPLAY = new StageName("replay");

  private DeadLetters() {}

  /** Keeps a record; the same record and stage is the same dead letter, whoever repeats it. */
  static Position append(
      FactWriter writer, ConsumerRecord<byte[], byte[]> entry, StageName stage, Failure cause)
      throws InterruptedException {
    byte[] key = entry.key();
    byte[] value = entry.value() == null ? new byte[0] : entry.value();
    Failure said = cause;
    if (value.length > MAX_VALUE_BYTES) {
      said =
          new Failure(
              cause.code(),
              "only the first %d of %d bytes are kept. %s"
                  .formatted(MAX_VALUE_BYTES, value.length, cause.message()),
              cause.lastLines());
      value = Arrays.copyOf(value, MAX_VALUE_BYTES);
    }
    if (key != null && key.length > MAX_KEY_BYTES) {
      key = Arrays.copyOf(key, MAX_KEY_BYTES);
    }
    Event.DeadLettered letter =
        new Event.DeadLettered(
            entry.topic(),
            entry.partition(),
            entry.offset(),
            stage,
            key == null ? null : Data.of(key),
            Data.of(value),
            headers(entry),
            said);
    return writer.append(
        Topic.DEAD_LETTERS, EventId.of(letter.key() + "." + stage + ".dead"), letter);
  }

  /**
   * Brings a dead letter's work back, after its cause was mended. A run that has ended stays so: a
   * fact about a run comes back as that attempt's next run, from the start; any other record is
   * appended again as it was.
   *
   * @return where the new record lies
   * @throws ErrandException REQUEST_INVALID when the letter's topic is none of ours, or it was kept
   *     only in part
   */
  public static Position replay(FactWriter writer, Wire wire, Event.DeadLettered letter)
      throws InterruptedException {
    Topic topic =
        Topic.named(letter.topic())
            .orElseThrow(
                () ->
                    new ErrandException(
                        FailureCode.REQUEST_INVALID, letter.topic() + " is no topic of ours"));
    Optional<Event.AttemptSubmitted> next = nextRun(wire, topic, letter);
    if (next.isPresent()) {
      RunId run = next.get().run();
      EventId id = EventId.of(letter.key()).then(REPLAY, run.turn(), run.run());
      return writer.append(Topic.ATTEMPTS_SUBMITTED, id, next.get());
    }
    byte[] key = letter.originalKey() == null ? null : letter.originalKey().toBytes();
    if (letter.value().size() == MAX_VALUE_BYTES || (key != null && key.length == MAX_KEY_BYTES)) {
      throw new ErrandException(FailureCode.REQUEST_INVALID, "the record was kept only in part");
    }
    ProducerRecord<byte[], byte[]> again =
        new ProducerRecord<>(letter.topic(), key, letter.value().toBytes());
    letter.headers().stream()
        .filter(header -> !header.name().equals(Headers.REQUEUED)) // it starts afresh
        .forEach(header -> again.headers().add(header.name(), header.value().toBytes()));
    return writer.append(again);
  }

  private static Optional<Event.AttemptSubmitted> nextRun(
      Wire wire, Topic topic, Event.DeadLettered letter) {
    try {
      return switch (wire.decode(topic, letter.value().toBytes())) {
        case Event.AttemptSubmitted fact ->
            Optional.of(
                new Event.AttemptSubmitted(
                    fact.run().next(), fact.node(), fact.turn(), fact.spec()));
        case Event.ContainerCreated fact -> Optional.of(again(fact, fact.turn()));
        case Event.RepositoryCheckedOut fact -> Optional.of(again(fact, fact.turn()));
        case Event.EnvironmentPrepared fact -> Optional.of(again(fact, first(fact, fact.prompt())));
        case Event.AgentExecuted fact ->
            Optional.of(again(fact, first(fact, fact.spec().prompt())));
        case Event _ -> Optional.empty(); // about no run, or nothing that makes work
      };
    } catch (UnreadableFactException e) {
      return Optional.empty(); // as it was, so that a mended reader may take it
    }
  }

  private static Event.AttemptSubmitted again(Event.OnNode fact, Turn turn) {
    return new Event.AttemptSubmitted(fact.run().next(), null, turn.in(false), fact.spec());
  }

  /** These facts do not say what a later turn went on from. */
  private static Turn first(Event.OnNode fact, String prompt) {
    if (fact.run().turn() > 1) {
      throw new ErrandException(
          FailureCode.REQUEST_INVALID,
          "%s is a follow-up whose agent was about to start; send its message again"
              .formatted(fact.run()));
    }
    return Turn.first(prompt);
  }

  private static List<RecordHeader> headers(ConsumerRecord<byte[], byte[]> entry) {
    return StreamSupport.stream(entry.headers().spliterator(), false)
        .filter(
            header ->
                header.value() != null
                    && header.key().getBytes(StandardCharsets.UTF_8).length + header.value().length
                        <= MAX_HEADER_BYTES)
        .limit(MAX_HEADERS)
        .map(header -> new RecordHeader(header.key(), Data.of(header.value())))
        .toList();
  }
}
