package dev.errand.ingest.http;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns whatever a request's handling throws into a {@link Problem}. */
public class ProblemMappers {
  private static final Logger LOG = LoggerFactory.getLogger(ProblemMappers.class);

  /** A place or a broker is usually back by then. */
  private static final int RETRY_AFTER_SECONDS = 5;

  /** Our own refusals. */
  @ServerExceptionMapper
  public Response refused(ErrandException e) {
    return response(Problem.of(e.failure()));
  }

  /** What the HTTP layer refuses before one of our methods is called. */
  @ServerExceptionMapper
  public Response refused(WebApplicationException e) {
    int status = e.getResponse().getStatus();
    if (status < Response.Status.BAD_REQUEST.getStatusCode() || e.getResponse().hasEntity()) {
      return e.getResponse(); // it says what it wants to say already
    }
    Response response = response(Problem.of(codeOf(status), messageOf(status)));
    String allow = e.getResponse().getHeaderString(HttpHeaders.ALLOW);
    return allow == null
        ? response
        : Response.fromResponse(response).header(HttpHeaders.ALLOW, allow).build();
  }

  /** A mistake of ours: the caller learns that much, the log the rest. */
  @ServerExceptionMapper
  public Response failed(RuntimeException e) {
    LOG.error("A request failed", e);
    return response(Problem.of(FailureCode.BUG, "the server made a mistake; its log says more"));
  }

  /** Only a server that stops interrupts requests. */
  @ServerExceptionMapper
  public Response stopped(InterruptedException e) {
    return response(Problem.of(FailureCode.BROKER_UNAVAILABLE, "the server is stopping"));
  }

  static FailureCode codeOf(int status) {
    return switch (status) {
      case 401 -> FailureCode.TOKEN_INVALID;
      case 403 -> FailureCode.NOT_ALLOWED;
      case 404 -> FailureCode.NOT_FOUND;
      case 405 -> FailureCode.METHOD_NOT_ALLOWED;
      case 406 -> FailureCode.NOT_ACCEPTABLE;
      case 413 -> FailureCode.REQUEST_TOO_LARGE;
      case 415 -> FailureCode.MEDIA_TYPE_UNSUPPORTED;
      default -> status < 500 ? FailureCode.REQUEST_INVALID : FailureCode.BUG;
    };
  }

  static String messageOf(int status) {
    return switch (codeOf(status)) {
      case NOT_FOUND -> "nothing lies at this address";
      case METHOD_NOT_ALLOWED -> "this address does not take this method";
      case NOT_ACCEPTABLE -> "this address has none of the types that Accept names";
      case MEDIA_TYPE_UNSUPPORTED -> "this address does not take this content type";
      case REQUEST_TOO_LARGE -> Bodies.TOO_LARGE;
      default -> "the request could not be handled (%d)".formatted(status);
    };
  }

  private static Response response(Problem problem) {
    Response.ResponseBuilder response =
        Response.status(problem.status())
            .type(Problem.TYPE)
            .header(HttpHeaders.CACHE_CONTROL, "no-store")
            .entity(problem.json());
    if (problem.status() == Response.Status.UNAUTHORIZED.getStatusCode()) {
      response.header(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
    }
    if (problem.status() == Response.Status.SERVICE_UNAVAILABLE.getStatusCode()) {
      response.header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
    }
    return response.build();
  }
}
