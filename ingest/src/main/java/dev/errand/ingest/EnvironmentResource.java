package dev.errand.ingest;

import dev.errand.ingest.access.Caller;
import dev.errand.ingest.access.Operation;
import dev.errand.ingest.documents.EnvironmentDefinition;
import dev.errand.ingest.documents.EnvironmentDocument;
import dev.errand.ingest.documents.EnvironmentText;
import dev.errand.ingest.documents.Syntax;
import dev.errand.ingest.documents.Value;
import dev.errand.ingest.environments.EnvironmentRegistry.Edited;
import dev.errand.ingest.http.Bodies;
import dev.errand.schemas.EnvironmentSpec;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.SecretName;
import dev.errand.secrets.Secret;
import dev.errand.stage.Position;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Environments and the secrets of their setup. Values of secrets go in and never come out. */
@Path("/api/v1/environments")
@Produces(MediaType.APPLICATION_JSON)
public class EnvironmentResource {
  private final FrontDoor door;
  private final Visitor visitor;

  @Inject
  EnvironmentResource(FrontDoor door, Visitor visitor) {
    this.door = door;
    this.visitor = visitor;
  }

  @GET
  public Map<String, Object> list() {
    visitor.require(Operation.READ_ENVIRONMENT);
    return Map.of(
        "items",
        door.services().environments().all().stream().map(each -> json(each, null)).toList());
  }

  @GET
  @Path("{id}")
  public Map<String, Object> environment(@PathParam("id") String id) {
    visitor.require(Operation.READ_ENVIRONMENT);
    return json(door.services().environments().require(id(id)), null);
  }

  /**
   * Makes the environment what the document says; the same document again changes nothing. Other
   * code that would see existing secrets needs {@code confirmSecrets=true}.
   */
  @PUT
  @Path("{id}")
  @Consumes({MediaType.APPLICATION_JSON, "application/yaml", "text/yaml"})
  public Map<String, Object> apply(
      @PathParam("id") String id,
      @HeaderParam("Content-Type") @Nullable String type,
      @QueryParam("confirmSecrets") boolean confirmed,
      InputStream body)
      throws InterruptedException {
    Caller caller = visitor.require(Operation.EDIT_ENVIRONMENT);
    Syntax syntax = type != null && type.contains("yaml") ? Syntax.YAML : Syntax.JSON;
    Value document = Value.parse(Bodies.read(body), syntax, FailureCode.ENVIRONMENT_INVALID);
    EnvironmentDefinition definition = EnvironmentDocument.read(document, id(id));
    boolean mayShowSecrets = confirmed || !door.services().secrets().hasAny(definition.spec().id());
    Edited edited =
        door.services().environments().apply(definition, caller.owner(), mayShowSecrets);
    return json(edited.definition(), edited.position());
  }

  @DELETE
  @Path("{id}")
  public Response delete(@PathParam("id") String id) throws InterruptedException {
    Caller caller = visitor.require(Operation.EDIT_ENVIRONMENT);
    door.services().environments().delete(id(id), caller.owner());
    door.services().secrets().deleteAll(id(id));
    return Response.noContent().build();
  }

  /** Makes every prepared container of the environment stale. */
  @POST
  @Path("{id}/reset")
  public Map<String, Object> reset(@PathParam("id") String id) throws InterruptedException {
    Caller caller = visitor.require(Operation.EDIT_ENVIRONMENT);
    Edited edited = door.services().environments().reset(id(id), caller.owner());
    return json(edited.definition(), edited.position());
  }

  @PUT
  @Path("{id}/secrets/{name}")
  @Consumes(MediaType.TEXT_PLAIN)
  public Map<String, Object> putSecret(
      @PathParam("id") String id, @PathParam("name") String name, InputStream body)
      throws InterruptedException {
    visitor.require(Operation.EDIT_SECRET);
    EnvironmentSpec environment = door.services().environments().require(id(id)).spec();
    SecretName secretName = TaskAccess.parsed("secret", name, SecretName::new);
    try {
      Secret secret = Secret.of(Bodies.read(body));
      int version = door.services().secrets().put(environment.id(), secretName, secret);
      return Map.of("name", secretName.value(), "version", version);
    } catch (IllegalArgumentException e) { // its length; the message has no value in it
      throw new ErrandException(FailureCode.REQUEST_INVALID, String.valueOf(e.getMessage()), e);
    }
  }

  @DELETE
  @Path("{id}/secrets/{name}")
  public Response deleteSecret(@PathParam("id") String id, @PathParam("name") String name)
      throws InterruptedException {
    visitor.require(Operation.EDIT_SECRET);
    SecretName secretName = TaskAccess.parsed("secret", name, SecretName::new);
    if (!door.services().secrets().delete(id(id), secretName)) {
      throw new ErrandException(FailureCode.NOT_FOUND, "there is no secret " + secretName);
    }
    return Response.noContent().build();
  }

  private static EnvironmentId id(String text) {
    return TaskAccess.parsed("environment", text, EnvironmentId::new);
  }

  private Map<String, Object> json(EnvironmentDefinition definition, @Nullable Position position) {
    EnvironmentSpec spec = definition.spec();
    Map<String, Object> json = new LinkedHashMap<>(EnvironmentText.document(definition));
    json.put("version", spec.version());
    json.put("generation", spec.generation());
    List<Map<String, Object>> secrets =
        spec.secrets().stream().map(name -> secret(spec.id(), name)).toList();
    json.put("secrets", secrets);
    if (position != null) {
      json.put("position", position.toString());
    }
    return json;
  }

  private Map<String, Object> secret(EnvironmentId environment, SecretName name) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", name.value());
    json.put("version", door.services().secrets().version(environment, name).orElse(null));
    return json;
  }
}
