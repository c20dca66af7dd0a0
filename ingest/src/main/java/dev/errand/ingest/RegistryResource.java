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
  @Path("schemas/ids/{id}")
  public Map<String, Object> schema(@PathParam("id") int id) {
    return all().stream()
        .filter(schema -> schema.id() == id)
        .findFirst()
        .map(schema -> Map.<String, Object>of("schema", schema.text()))
        .orElseThrow(() -> error(404, SCHEMA_NOT_FOUND, "Schema not found"));
  }

  @GET
  @Path("subjects/{subject}/versions")
  public List<Integer> versions(@PathParam("subject") String subject) {
    return of(subject).stream().map(SchemaRegistered::version).toList();
  }

  @GET
  @Path("subjects/{subject}/versions/{version}")
  public Map<String, Object> version(
      @PathParam("subject") String subject, @PathParam("version") String version) {
    List<SchemaRegistered> versions = of(subject);
    Optional<SchemaRegistered> found =
        version.equals("latest")
            ? Optional.of(versions.getLast())
            : versions.stream()
                .filter(schema -> Integer.toString(schema.version()).equals(version))
                .findFirst();
    return found
        .map(RegistryResource::whole)
        .orElseThrow(() -> error(404, VERSION_NOT_FOUND, "Version not found"));
  }

  /** Looks a schema up. */
  @POST
  @Path("subjects/{subject}")
  @Consumes({TYPE, MediaType.APPLICATION_JSON})
  public Map<String, Object> lookUp(@PathParam("subject") String subject, InputStream body) {
    return same(subject, body)
        .map(RegistryResource::whole)
        .orElseThrow(() -> error(404, SCHEMA_NOT_FOUND, "Schema not found"));
  }

  /** Gives the id of a schema that is there; takes no other. */
  @POST
  @Path("subjects/{subject}/versions")
  @Consumes({TYPE, MediaType.APPLICATION_JSON})
  public Map<String, Object> register(@PathParam("subject") String subject, InputStream body) {
    return same(subject, body)
        .map(schema -> Map.<String, Object>of("id", schema.id()))
        .orElseThrow(
            () -> error(409, 409, "Schemas come with Errand's releases and are only read here"));
  }

  private Optional<SchemaRegistered> same(String subject, InputStream body) {
    JsonNode posted = schemaIn(Bodies.read(body));
    return of(subject).stream().filter(schema -> tree(schema.text()).equals(posted)).findFirst();
  }

  private static JsonNode schemaIn(byte[] body) {
    try {
      return JSON.readTree(JSON.readTree(body).path("schema").asText());
    } catch (IOException e) {
      throw error(422, INVALID_SCHEMA, "Invalid schema");
    }
  }

  private static JsonNode tree(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a shipped schema is no JSON", e);
    }
  }

  private List<SchemaRegistered> of(String subject) {
    List<SchemaRegistered> versions =
        all().stream()
            .filter(schema -> schema.subject().equals(subject))
            .sorted(Comparator.comparingInt(SchemaRegistered::version))
            .toList();
    if (versions.isEmpty()) {
      throw error(404, SUBJECT_NOT_FOUND, "Subject not found");
    }
    return versions;
  }

  private List<SchemaRegistered> all() {
    return door.services().parts().wire().schemas();
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
