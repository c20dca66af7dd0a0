package dev.errand.ingest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.errand.ingest.http.Bodies;
import dev.errand.schemas.Event.SchemaRegistered;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The schemas of all topics under the Schema Registry API, read-only: posting a schema that is
 * there gives its id, any other is a conflict. Open to everybody, as schemas are no secret.
 *
 * <p>Source: the Schema Registry's API reference, version 7.
 */
@Path("/registry")
@Produces({"application/vnd.schemaregistry.v1+json", MediaType.APPLICATION_JSON})
public class RegistryResource {
  private static final String TYPE = "application/vnd.schemaregistry.v1+json";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SUBJECT_NOT_FOUND = 40401;
  private static final int VERSION_NOT_FOUND = 40402;
  private static final int SCHEMA_NOT_FOUND = 40403;
  private static final int INVALID_SCHEMA = 42201;
  private static final int INVALID_VERSION = 42202;
  private static final Pattern VERSION = Pattern.compile("[1-9][0-9]{0,8}");
  private static final String AVRO = "AVRO";

  private final FrontDoor door;

  @Inject
  RegistryResource(FrontDoor door) {
    this.door = door;
  }

  @GET
  @Path("subjects")
  public List<String> subjects() {
    return all().stream().map(SchemaRegistered::subject).distinct().sorted().toList();
  }

  @GET
  @Path("schemas/types")
  public List<String> types() {
    return List.of(AVRO);
  }

  @GET
  @Path("schemas/ids/{id}")
  public Map<String, Object> schema(@PathParam("id") String id) {
    return Map.of("schema", withId(id).text());
  }

  /** The schema itself instead of a text in a document. */
  @GET
  @Path("schemas/ids/{id}/schema")
  public Response schemaAlone(@PathParam("id") String id) {
    return alone(withId(id));
  }

  @GET
  @Path("schemas/ids/{id}/versions")
  public List<Map<String, Object>> versionsOf(@PathParam("id") String id) {
    SchemaRegistered schema = withId(id);
    return List.of(Map.of("subject", schema.subject(), "version", schema.version()));
  }

  @GET
  @Path("subjects/{subject}/versions")
  public List<Integer> versions(@PathParam("subject") String subject) {
    return require(subject).stream().map(SchemaRegistered::version).toList();
  }

  @GET
  @Path("subjects/{subject}/versions/{version}")
  public Map<String, Object> version(
      @PathParam("subject") String subject, @PathParam("version") String version) {
    return whole(versionOf(subject, version));
  }

  @GET
  @Path("subjects/{subject}/versions/{version}/schema")
  public Response versionAlone(
      @PathParam("subject") String subject, @PathParam("version") String version) {
    return alone(versionOf(subject, version));
  }

  /** Looks a schema up. */
  @POST
  @Path("subjects/{subject}")
  @Consumes({TYPE, MediaType.APPLICATION_JSON})
  public Map<String, Object> lookUp(@PathParam("subject") String subject, InputStream body) {
    JsonNode posted = schemaIn(Bodies.read(body));
    return same(require(subject), posted)
        .map(RegistryResource::whole)
        .orElseThrow(() -> error(404, SCHEMA_NOT_FOUND, "Schema not found"));
  }

  /** Gives the id of a schema that is there; takes no other. */
  @POST
  @Path("subjects/{subject}/versions")
  @Consumes({TYPE, MediaType.APPLICATION_JSON})
  public Map<String, Object> register(@PathParam("subject") String subject, InputStream body) {
    JsonNode posted = schemaIn(Bodies.read(body));
    return same(of(subject), posted)
        .map(schema -> Map.<String, Object>of("id", schema.id()))
        .orElseThrow(
            () -> error(409, 409, "Schemas come with Errand's releases and are only read here"));
  }

  /** The history's evolution test holds every version to it. */
  @GET
  @Path("config")
  public Map<String, Object> compatibility() {
    return Map.of("compatibilityLevel", "FULL_TRANSITIVE");
  }

  @GET
  @Path("config/{subject}")
  public Map<String, Object> compatibility(@PathParam("subject") String subject) {
    var _ = require(subject);
    return compatibility();
  }

  @GET
  @Path("mode")
  public Map<String, Object> mode() {
    return Map.of("mode", "READONLY");
  }

  private static Optional<SchemaRegistered> same(List<SchemaRegistered> versions, JsonNode posted) {
    return versions.stream().filter(schema -> tree(schema.text()).equals(posted)).findFirst();
  }

  private static JsonNode schemaIn(byte[] body) {
    try {
      JsonNode posted = JSON.readTree(body);
      JsonNode schema = JSON.readTree(posted.path("schema").asText());
      if (!schema.isMissingNode() && posted.path("schemaType").asText(AVRO).equals(AVRO)) {
        return schema;
      }
    } catch (IOException e) {
      throw invalid();
    }
    throw invalid();
  }

  private static RegistryRefusal invalid() {
    return error(422, INVALID_SCHEMA, "Invalid schema: an Avro schema as JSON text is due");
  }

  private static JsonNode tree(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a shipped schema is no JSON", e);
    }
  }

  private SchemaRegistered withId(String id) {
    return all().stream()
        .filter(schema -> Integer.toString(schema.id()).equals(id))
        .findFirst()
        .orElseThrow(() -> error(404, SCHEMA_NOT_FOUND, "Schema %s not found".formatted(id)));
  }

  private SchemaRegistered versionOf(String subject, String version) {
    List<SchemaRegistered> versions = require(subject);
    if (version.equals("latest") || version.equals("-1")) {
      return versions.getLast();
    }
    if (!VERSION.matcher(version).matches()) {
      throw error(
          422,
          INVALID_VERSION,
          "The specified version '%s' is not a valid version id: a number from 1, or latest"
              .formatted(version));
    }
    return versions.stream()
        .filter(schema -> Integer.toString(schema.version()).equals(version))
        .findFirst()
        .orElseThrow(
            () -> error(404, VERSION_NOT_FOUND, "Version %s not found.".formatted(version)));
  }

  private List<SchemaRegistered> require(String subject) {
    List<SchemaRegistered> versions = of(subject);
    if (versions.isEmpty()) {
      throw error(404, SUBJECT_NOT_FOUND, "Subject '%s' not found.".formatted(subject));
    }
    return versions;
  }

  /** A subject's versions, the oldest first; none when there is no such subject. */
  private List<SchemaRegistered> of(String subject) {
    return all().stream()
        .filter(schema -> schema.subject().equals(subject))
        .sorted(Comparator.comparingInt(SchemaRegistered::version))
        .toList();
  }

  /** Those of this build, and those that a newer writer has shown. */
  private List<SchemaRegistered> all() {
    Map<Integer, SchemaRegistered> byId = new TreeMap<>();
    door.services().schemaTable().all().forEach(schema -> byId.put(schema.id(), schema));
    door.services().parts().wire().schemas().forEach(schema -> byId.put(schema.id(), schema));
    return List.copyOf(byId.values());
  }

  private static Response alone(SchemaRegistered schema) {
    return Response.ok(schema.text(), TYPE).build();
  }

  private static Map<String, Object> whole(SchemaRegistered schema) {
    return Map.of(
        "subject",
        schema.subject(),
        "version",
        schema.version(),
        "id",
        schema.id(),
        "schema",
        schema.text());
  }

  private static RegistryRefusal error(int status, int code, String message) {
    return new RegistryRefusal(
        Response.status(status)
            .type(TYPE)
            .entity(Map.of("error_code", code, "message", message))
            .build());
  }

  /** A refusal in the registry's own form. */
  static final class RegistryRefusal extends WebApplicationException {
    private static final long serialVersionUID = 1;

    RegistryRefusal(Response response) {
      super(response);
    }
  }
}
