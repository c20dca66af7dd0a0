package dev.errand.ingest;

import dev.errand.ingest.access.Caller;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.FormParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.NewCookie;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.net.URI;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The live page of a task, where {@code exec} points to. The files hold no data: they ask the API
 * with the session that a login with a token begins.
 */
@Path("/codex")
public class PageResource {
  private static final Set<String> SCRIPTS =
      Set.of("page.js", "task.js", "log.js", "diff.js", "api.js", "text.js");

  private final FrontDoor door;

  @Inject
  PageResource(FrontDoor door) {
    this.door = door;
  }

  @GET
  @Path("tasks")
  public Response list() {
    return file("page.html", "text/html;charset=utf-8");
  }

  @GET
  @Path("tasks/{id}")
  public Response task(@PathParam("id") String id) {
    return file("page.html", "text/html;charset=utf-8");
  }

  @GET
  @Path("page/{name}")
  public Response asset(@PathParam("name") String name) {
    if (SCRIPTS.contains(name)) {
      return file(name, "text/javascript;charset=utf-8");
    }
    if (name.equals("page.css")) {
      return file(name, "text/css;charset=utf-8");
    }
    throw new ErrandException(FailureCode.NOT_FOUND, "nothing lies at this address");
  }

  /** Begins a session for the token's owner and goes back to the page. */
  @POST
  @Path("login")
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  public Response login(
      @FormParam("token") @Nullable String token,
      @FormParam("next") @Nullable String next,
      @HeaderParam("Origin") @Nullable String origin,
      @HeaderParam(HttpHeaders.HOST) @Nullable String host) {
    Doorkeeper.requireOwnPage(origin, host);
    Optional<Caller> caller =
        Optional.ofNullable(token)
            .flatMap(text -> door.services().tokens().authenticate(text.strip()));
    // Only a page of ours: an address from a form would be an open redirect.
    String page =
        next != null && next.matches("/codex/tasks(/[0-9A-Z]{26})?") ? next : "/codex/tasks";
    if (caller.isEmpty()) {
      return Response.seeOther(URI.create(page + "#wrong-token")).build();
    }
    NewCookie cookie =
        new NewCookie.Builder(Doorkeeper.COOKIE)
            .value(door.services().sessions().begin(caller.get()))
            .path("/")
            .httpOnly(true)
            .sameSite(NewCookie.SameSite.STRICT)
            .secure(origin != null && origin.startsWith("https:"))
            .build();
    return Response.seeOther(URI.create(page)).cookie(cookie).build();
  }

  private static Response file(String name, String type) {
    InputStream file = PageResource.class.getResourceAsStream("page/" + name);
    if (file == null) {
      throw new IllegalStateException("the build left out " + name);
    }
    return Response.ok(file, type).header(HttpHeaders.CACHE_CONTROL, "no-cache").build();
  }
}
