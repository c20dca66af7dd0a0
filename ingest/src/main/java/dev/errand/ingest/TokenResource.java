package dev.errand.ingest;

import dev.errand.ingest.access.Operation;
import dev.errand.ingest.access.Role;
import dev.errand.ingest.access.Token;
import dev.errand.ingest.access.Tokens;
import dev.errand.ingest.documents.Fields;
import dev.errand.ingest.documents.Syntax;
import dev.errand.ingest.documents.Value;
import dev.errand.ingest.http.Bodies;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.Owner;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Map;

/** Who may ask: tokens with an owner and a role. A token's text is told once, when it is made. */
@Path("/api/v1/tokens")
@Produces(MediaType.APPLICATION_JSON)
public class TokenResource {
  private final FrontDoor door;
  private final Visitor visitor;

  @Inject
  TokenResource(FrontDoor door, Visitor visitor) {
    this.door = door;
    this.visitor = visitor;
  }

  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  public Response create(InputStream body) {
    visitor.require(Operation.MANAGE_TOKENS);
    Fields fields =
        Value.parse(Bodies.read(body), Syntax.JSON, FailureCode.REQUEST_INVALID)
            .fields("owner", "role");
    Owner owner = fields.required("owner").as(Owner::new);
    Role role = fields.required("role").as(TokenResource::role);
    Tokens.Issued issued = door.services().tokens().issue(owner, role);
    Map<String, String> json =
        Map.of(
            "id",
            issued.id(),
            "token",
            issued.token(),
            "inboxKey",
            issued.inboxKey(),
            "owner",
            owner.value(),
            "role",
            TaskAccess.word(role));
    return Response.status(Response.Status.CREATED)
        .header("Cache-Control", "no-store")
        .entity(json)
        .build();
  }

  @GET
  public Map<String, Object> list() {
    visitor.require(Operation.MANAGE_TOKENS);
    return Map.of(
        "items", door.services().tokens().all().stream().map(TokenResource::json).toList());
  }

  @DELETE
  @Path("{id}")
  public Response revoke(@PathParam("id") String id) {
    visitor.require(Operation.MANAGE_TOKENS);
    if (!door.services().tokens().revoke(id)) {
      throw new ErrandException(FailureCode.NOT_FOUND, "there is no such token");
    }
    return Response.noContent().build();
  }

  private static Role role(String name) {
    return Arrays.stream(Role.values())
        .filter(role -> TaskAccess.word(role).equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'%s' is not one of producer, operator, admin".formatted(name)));
  }

  private static Map<String, Object> json(Token token) {
    return Map.of(
        "id", token.id(), "owner", token.owner().value(), "role", TaskAccess.word(token.role()));
  }
}
