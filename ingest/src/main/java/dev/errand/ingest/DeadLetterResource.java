package dev.errand.ingest;

import dev.errand.ingest.access.Operation;
import dev.errand.ingest.http.Numbers;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event.DeadLettered;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.RecordHeader;
import dev.errand.schemas.Topic;
import dev.errand.stage.DeadLetters;
import dev.errand.stage.Position;
import dev.errand.stage.letters.Cursor;
import dev.errand.stage.letters.DeadLetterReader;
import dev.errand.stage.letters.Filed;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Records that no stage could take, with their cause; an operator looks and brings them back. */
@Path("/api/v1/dead-letters")
@Produces(MediaType.APPLICATION_JSON)
public class DeadLetterResource {
  private static final int DEFAULT_LIMIT = 20;

  private final FrontDoor door;
  private final Visitor visitor;

  @Inject
  DeadLetterResource(FrontDoor door, Visitor visitor) {
    this.door = door;
    this.visitor = visitor;
  }

  /** The newest first, without what they hold. */
  @GET
  public Map<String, Object> list(
      @QueryParam("limit") @Nullable String limit, @QueryParam("cursor") @Nullable String cursor) {
    visitor.require(Operation.HANDLE_DEAD_LETTERS);
    int wanted = Numbers.read("limit", limit, DEFAULT_LIMIT);
    if (wanted < 1 || wanted > DeadLetterReader.MAX_LIMIT) {
      throw new ErrandException(
          FailureCode.REQUEST_INVALID, "limit is 1 to %d".formatted(DeadLetterReader.MAX_LIMIT));
    }
    Optional<Cursor> before = cursor == null ? Optional.empty() : Cursor.parse(cursor);
    if (cursor != null && before.isEmpty()) {
      throw new ErrandException(FailureCode.REQUEST_INVALID, "that is no cursor of this list");
    }
    DeadLetterReader.Page page = reader().page(wanted, before.orElse(null));
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("items", page.letters().stream().map(DeadLetterResource::summary).toList());
    json.put("cursor", page.next() == null ? null : page.next().toString());
    return json;
  }

  /** One with the record as it was. */
  @GET
  @Path("{id}")
  public Map<String, Object> letter(@PathParam("id") String id) {
    visitor.require(Operation.HANDLE_DEAD_LETTERS);
    Filed filed = require(id);
    DeadLettered letter = filed.letter();
    Map<String, Object> json = summary(filed);
    json.put("key", letter.originalKey() == null ? null : letter.originalKey().text());
    json.put("headers", letter.headers().stream().map(DeadLetterResource::header).toList());
    json.put("value", Base64.getEncoder().encodeToString(letter.value().toBytes()));
    return json;
  }

  /**
   * Brings the record back: to the topic that it came from, or, if it is about a run, as the
   * attempt's next run.
   */
  @POST
  @Path("{id}/replay")
  public Response replay(@PathParam("id") String id) throws InterruptedException {
    visitor.require(Operation.HANDLE_DEAD_LETTERS);
    Filed filed = require(id);
    FrontDoorParts parts = door.services().parts();
    boolean isPublic = Topic.named(filed.letter().topic()).filter(Topic::isPublic).isPresent();
    DeadLettered letter =
        isPublic
            ? door.services().signatures().renewed(filed.letter(), filed.at())
            : filed.letter();
    Position position = DeadLetters.replay(parts.writer(), parts.wire(), letter);
    return Response.accepted(Map.of("position", position.toString())).build();
  }

  private DeadLetterReader reader() {
    FrontDoorParts parts = door.services().parts();
    return new DeadLetterReader(parts.kafka(), parts.wire());
  }

  private Filed require(String id) {
    return Filed.Id.parse(id)
        .flatMap(reader()::find)
        .orElseThrow(
            () -> new ErrandException(FailureCode.NOT_FOUND, "there is no dead letter " + id));
  }

  private static Map<String, Object> summary(Filed filed) {
    DeadLettered letter = filed.letter();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("id", filed.id().toString());
    json.put("at", filed.at().toString());
    json.put("topic", letter.topic());
    json.put("partition", letter.partition());
    json.put("offset", letter.offset());
    json.put("stage", letter.stage().value());
    json.put("code", letter.cause().code().name());
    json.put("message", letter.cause().message());
    json.put("hint", letter.cause().code().hint());
    json.put("lastLines", letter.cause().lastLines());
    json.put("bytes", filed.bytes());
    return json;
  }

  private static Map<String, String> header(RecordHeader header) {
    return Map.of("name", header.name(), "value", header.value().text());
  }
}
