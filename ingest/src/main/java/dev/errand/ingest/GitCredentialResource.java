package dev.errand.ingest;

import dev.errand.ingest.access.Operation;
import dev.errand.ingest.documents.Fields;
import dev.errand.ingest.documents.Syntax;
import dev.errand.ingest.documents.Value;
import dev.errand.ingest.environments.GitCredentialRegistry;
import dev.errand.ingest.http.Bodies;
import dev.errand.repositories.credentials.Credential;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.GitPlace;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.List;
import java.util.Map;

/** Credentials for private repositories, by host and path. They go in and never come out. */
@Path("/api/v1/git-credentials")
@Produces(MediaType.APPLICATION_JSON)
public class GitCredentialResource {
  private final FrontDoor door;
  private final Visitor visitor;

  @Inject
  GitCredentialResource(FrontDoor door, Visitor visitor) {
    this.door = door;
    this.visitor = visitor;
  }

  private GitCredentialRegistry registry() {
    return door.services().gitCredentials();
  }

  @GET
  public Map<String, Object> list() {
    visitor.require(Operation.EDIT_SECRET);
    List<Map<String, Object>> items =
        registry().all().stream()
            .map(
                fact ->
                    Map.<String, Object>of(
                        "place", fact.place().value(), "version", fact.version()))
            .toList();
    return Map.of("items", items);
  }

  /** Takes {@code {user, token}} for https, or {@code {key, knownHosts}} for ssh. */
  @PUT
  @Consumes(MediaType.APPLICATION_JSON)
  public Map<String, Object> put(
      @QueryParam("place") @DefaultValue("") String place, InputStream body)
      throws InterruptedException {
    visitor.require(Operation.EDIT_SECRET);
    GitPlace where = place(place);
    Value document = Value.parse(Bodies.read(body), Syntax.JSON, FailureCode.REQUEST_INVALID);
    int version = registry().put(where, credential(document));
    return Map.of("place", where.value(), "version", version);
  }

  @DELETE
  public Response delete(@QueryParam("place") @DefaultValue("") String place)
      throws InterruptedException {
    visitor.require(Operation.EDIT_SECRET);
    GitPlace where = place(place);
    if (!registry().delete(where)) {
      throw new ErrandException(FailureCode.NOT_FOUND, "there is no git credential for " + where);
    }
    return Response.noContent().build();
  }

  private static Credential credential(Value document) {
    Fields fields = document.fields("user", "token", "key", "knownHosts");
    return fields.find("key").isPresent()
        ? new Credential.Key(
            fields.required("knownHosts").text().strip(), fields.required("key").text())
        : new Credential.Token(fields.required("user").text(), fields.required("token").text());
  }

  private static GitPlace place(String text) {
    return TaskAccess.parsed("place", text, GitPlace::new);
  }
}
