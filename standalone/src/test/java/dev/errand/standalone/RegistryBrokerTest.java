package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.errand.schemas.Topic;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The Schema Registry API as its clients know it: paths, codes and bodies. */
@QuarkusTest
@QuarkusTestResource(FrontDoorOnly.class)
class RegistryBrokerTest {
  private static final String SUBJECT = "/registry/subjects/tasks.requested-value";
  private static final String TYPE = "application/vnd.schemaregistry.v1+json";

  private final Door client = Door.stranger();

  private JsonNode schema() {
    return client.get(SUBJECT + "/versions/latest").json();
  }

  private Door.Answer post(String path, String body) {
    return Door.send(
        client
            .request(path)
            .header("Content-Type", TYPE)
            .header("Accept", TYPE + ", application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  private static String posted(String schema) {
    return "{\"schema\":" + Door.quoted(schema) + "}";
  }

  @Test
  void everyTopicHasItsSubject() {
    List<String> subjects = new ArrayList<>();
    client.get("/registry/subjects").json().forEach(subject -> subjects.add(subject.asText()));

    assertThat(subjects)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(Topic.values()).map(Topic::subject).toList());
  }

  @Test
  void aSchemaIsFoundByItsIdAndByItsVersion() {
    JsonNode latest = schema();
    int id = latest.path("id").asInt();
    int version = latest.path("version").asInt();

    assertThat(client.get(SUBJECT + "/versions/" + version).json()).isEqualTo(latest);
    assertThat(client.get(SUBJECT + "/versions").json()).hasSize(version);
    assertThat(client.get("/registry/schemas/ids/" + id).json().path("schema"))
        .isEqualTo(latest.path("schema"));
    assertThat(client.get("/registry/schemas/ids/" + id + "/schema").body())
        .isEqualTo(latest.path("schema").asText());
    assertThat(client.get(SUBJECT + "/versions/latest/schema").body())
        .isEqualTo(latest.path("schema").asText());
    assertThat(client.get("/registry/schemas/ids/" + id + "/versions").json())
        .isEqualTo(
            Door.json(
                "[{\"subject\":\"tasks.requested-value\",\"version\":%d}]".formatted(version)));
  }

  /** However it is laid out. */
  @Test
  void anIdenticalSchemaIsLookedUpAndRegisteredAsWhatItIs() {
    JsonNode latest = schema();
    String laidOut = Door.json(latest.path("schema").asText()).toPrettyString();

    assertThat(post(SUBJECT, posted(laidOut)).json()).isEqualTo(latest);
    assertThat(post(SUBJECT + "/versions", posted(laidOut)).json().toString())
        .isEqualTo("{\"id\":%d}".formatted(latest.path("id").asInt()));
  }

  @Test
  void anotherSchemaIsAConflictAndIsNotTaken() {
    JsonNode before = client.get("/registry/subjects").json();
    String other = posted("{\"type\":\"record\",\"name\":\"Other\",\"fields\":[]}");

    for (String path : List.of(SUBJECT + "/versions", "/registry/subjects/mine-value/versions")) {
      Door.Answer answer = post(path, other);
      assertThat(answer.status()).isEqualTo(409);
      assertThat(answer.header("Content-Type")).isEqualTo(TYPE);
      assertThat(answer.json().path("error_code").asInt()).isEqualTo(409);
    }
    assertThat(client.get("/registry/subjects").json()).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({
    "/registry/subjects/nothing/versions, 404, 40401",
    "/registry/subjects/nothing/versions/1, 404, 40401",
    "/registry/subjects/tasks.requested-value/versions/99, 404, 40402",
    "/registry/subjects/tasks.requested-value/versions/99/schema, 404, 40402",
    "/registry/subjects/tasks.requested-value/versions/0, 422, 42202",
    "/registry/subjects/tasks.requested-value/versions/first, 422, 42202",
    "/registry/schemas/ids/99999, 404, 40403",
    "/registry/schemas/ids/99999/schema, 404, 40403",
    "/registry/schemas/ids/99999/versions, 404, 40403",
    "/registry/config/nothing, 404, 40401"
  })
  void whatIsNotThereHasTheRegistrysCode(String path, int status, int code) {
    Door.Answer answer = client.get(path);

    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).isEqualTo(TYPE);
    assertThat(answer.json().path("error_code").asInt()).isEqualTo(code);
    assertThat(answer.json().path("message").asText()).isNotBlank();
  }

  @Test
  void aLookUpOfAnotherSchemaFindsNone() {
    String other = posted("{\"type\":\"record\",\"name\":\"Other\",\"fields\":[]}");

    assertThat(post(SUBJECT, other).json().path("error_code").asInt()).isEqualTo(40403);
    assertThat(post("/registry/subjects/nothing", other).json().path("error_code").asInt())
        .isEqualTo(40401);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "hello",
        "{}",
        "{\"schema\":\"\"}",
        "{\"schema\":\"hello\"}",
        "{\"schema\":\"{}\",\"schemaType\":\"PROTOBUF\"}"
      })
  void whatIsNoSchemaIsInvalid(String body) {
    for (String path : List.of(SUBJECT, SUBJECT + "/versions")) {
      Door.Answer answer = post(path, body);
      assertThat(answer.status()).isEqualTo(422);
      assertThat(answer.json().path("error_code").asInt()).isEqualTo(42201);
    }
  }

  @Test
  void aClientLearnsThatSchemasAreOnlyReadHere() {
    assertThat(client.get("/registry/mode").body()).isEqualTo("{\"mode\":\"READONLY\"}");
    assertThat(client.get("/registry/config").body())
        .isEqualTo("{\"compatibilityLevel\":\"FULL_TRANSITIVE\"}")
        .isEqualTo(client.get("/registry/config/tasks.requested-value").body());
    assertThat(client.get("/registry/schemas/types").body()).isEqualTo("[\"AVRO\"]");
  }
}
