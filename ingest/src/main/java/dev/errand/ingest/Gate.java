package dev.errand.ingest;

import dev.errand.ingest.access.Access;
import dev.errand.ingest.access.Operation;
import dev.errand.ingest.http.Bodies;
import dev.errand.ingest.http.Problem;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What every request passes first, whatever it asks for: is it meant for us, is it small enough.
 * And what every answer carries: nobody may frame it, guess its type, or run scripts from
 * elsewhere. Of the framework's own addresses, all but health and the API's description are for
 * operators.
 */
@ApplicationScoped
public class Gate {
  private static final int FIRST = 1_000;

  private static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
          + "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

  /** What the framework shows to everybody. Its other addresses, also new ones, are operators'. */
  private static final Pattern OPEN = Pattern.compile("/q/(health(/.*)?|openapi(\\.[a-z]+)?)");

  private static final Pattern FRAMEWORK = Pattern.compile("/q(/.*)?");

  private final Set<String> hosts;
  private final FrontDoor door;

  @Inject
  Gate(IngestSettings settings, FrontDoor door) {
    this.door = door;
    hosts = new HashSet<>(Set.of("localhost", "127.0.0.1", "::1"));
    settings.hosts().ifPresent(more -> more.forEach(host -> hosts.add(lower(host))));
    settings.publicUrl().map(URI::getHost).ifPresent(host -> hosts.add(lower(host)));
  }

  private static String lower(String host) {
    return host.toLowerCase(Locale.ROOT);
  }

  void before(@Observes Filters filters) {
    filters.register(this::pass, FIRST);
  }

  /** What no route has answered; the framework's own page would say nothing to a program. */
  void after(@Observes Router router) {
    router.route().order(Integer.MIN_VALUE).failureHandler(this::refuseWithoutHost);
    router
        .route()
        .last()
        .handler(
            context ->
                refuse(
                    context.response(),
                    Problem.of(FailureCode.NOT_FOUND, "nothing lies at this address")));
  }

  /** Vert.x fails what names no host before any filter is asked, and the framework tells of it. */
  private void refuseWithoutHost(RoutingContext context) {
    Problem problem = context.request().authority() == null ? problem(context.request()) : null;
    if (problem == null) {
      context.next();
    } else {
      addHeaders(context.response());
      refuse(context.response(), problem);
    }
  }

  private void pass(RoutingContext context) {
    HttpServerResponse response = context.response();
    addHeaders(response);
    Problem problem = problem(context.request());
    if (problem == null) {
      problem = unlessOperator(context);
    }
    if (problem == null) {
      context.next();
    } else {
      refuse(response, problem);
    }
  }

  /** The path is the one by which the framework chooses what answers, however it was spelled. */
  private @Nullable Problem unlessOperator(RoutingContext context) {
    String path = context.normalizedPath();
    if (!FRAMEWORK.matcher(path).matches() || OPEN.matcher(path).matches()) {
      return null;
    }
    String authorization = context.request().getHeader(HttpHeaders.AUTHORIZATION);
    try {
      if (authorization == null) {
        throw Visitor.nobody();
      }
      Access.require(Doorkeeper.byToken(authorization, door), Operation.READ_METRICS);
      return null;
    } catch (ErrandException e) {
      return Problem.of(e.failure());
    }
  }

  private @Nullable Problem problem(HttpServerRequest request) {
    HostAndPort authority = request.authority();
    String host = authority == null ? "" : lower(authority.host()).replaceAll("[\\[\\]]", "");
    if (!hosts.contains(host)) {
      return Problem.of(
          FailureCode.REQUEST_INVALID,
          "this server is not called '%s'; errand.ingest.hosts lists what it may be called"
              .formatted(host));
    }
    return length(request) > Bodies.MAX_BYTES
        ? Problem.of(FailureCode.REQUEST_TOO_LARGE, Bodies.TOO_LARGE)
        : null;
  }

  private static long length(HttpServerRequest request) {
    String length = request.getHeader("Content-Length");
    try {
      return length == null ? 0 : Long.parseLong(length);
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }

  private static void addHeaders(HttpServerResponse response) {
    response
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("X-Frame-Options", "DENY")
        .putHeader("Referrer-Policy", "no-referrer")
        .putHeader("Cross-Origin-Resource-Policy", "same-origin")
        .putHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY);
  }

  private static void refuse(HttpServerResponse response, Problem problem) {
    if (problem.status() == 401) {
      response.putHeader("WWW-Authenticate", "Bearer");
    }
    var _ =
        response
            .setStatusCode(problem.status())
            .putHeader("Content-Type", Problem.TYPE)
            .putHeader("Cache-Control", "no-store")
            .putHeader("Connection", problem.status() == 413 ? "close" : "keep-alive")
            .end(problem.json());
  }
}
