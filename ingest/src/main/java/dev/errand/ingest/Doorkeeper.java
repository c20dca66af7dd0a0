package dev.errand.ingest;

import dev.errand.ingest.access.Caller;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import jakarta.inject.Inject;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Cookie;
import jakarta.ws.rs.core.HttpHeaders;
import java.net.URI;
import java.util.Optional;
import java.util.Set;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who asks: by bearer token, or by the cookie of a page's session. Everything below
 * /api/v1 needs one of them, but for the address that says how the server is.
 */
public class Doorkeeper {
  static final String COOKIE = "errand-session";
  private static final String API = "/api/v1/";
  private static final String OPEN = "/api/v1/server";
  private static final String BEARER = "Bearer ";
  private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");

  private final FrontDoor door;
  private final Visitor visitor;

  @Inject
  Doorkeeper(FrontDoor door, Visitor visitor) {
    this.door = door;
    this.visitor = visitor;
  }

  /** Runs for every request that an address of ours takes. */
  @ServerRequestFilter
  public void ask(ContainerRequestContext request) {
    String path = request.getUriInfo().getRequestUri().getPath();
    if (!path.startsWith(API) || path.equals(OPEN)) {
      return;
    }
    String authorization = request.getHeaderString(HttpHeaders.AUTHORIZATION);
    if (authorization != null) {
      visitor.is(byToken(authorization, door));
    } else {
      bySession(request).ifPresent(visitor::is);
    }
    visitor.caller();
    if (!SAFE.contains(request.getMethod())) {
      door.services().requireBroker();
    }
  }

  /**
   * Whoever an Authorization header names.
   *
   * @throws ErrandException TOKEN_INVALID, or BROKER_UNAVAILABLE before the start
   */
  static Caller byToken(String authorization, FrontDoor door) {
    return Optional.of(authorization)
        .filter(text -> text.regionMatches(true, 0, BEARER, 0, BEARER.length()))
        .flatMap(text -> door.authenticate(text.substring(BEARER.length()).strip()))
        .orElseThrow(
            () ->
                new ErrandException(
                    FailureCode.TOKEN_INVALID, "the token is not known here, or was revoked"));
  }

  private Optional<Caller> bySession(ContainerRequestContext request) {
    Cookie cookie = request.getCookies().get(COOKIE);
    if (cookie == null) {
      return Optional.empty();
    }
    Optional<Caller> caller = door.services().sessions().find(cookie.getValue());
    if (caller.isPresent() && !SAFE.contains(request.getMethod())) {
      requireOwnPage(request.getHeaderString("Origin"), request.getHeaderString(HttpHeaders.HOST));
    }
    return caller;
  }

  /**
   * A browser adds the cookie whichever page asks; only ours may ask for effects.
   *
   * @throws ErrandException NOT_ALLOWED
   */
  static void requireOwnPage(@Nullable String origin, @Nullable String host) {
    if (origin == null || host == null || !host.equalsIgnoreCase(authority(origin))) {
      throw new ErrandException(
          FailureCode.NOT_ALLOWED, "a session may be used by this server's own pages only");
    }
  }

  private static @Nullable String authority(String origin) {
    try {
      return URI.create(origin).getAuthority();
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
