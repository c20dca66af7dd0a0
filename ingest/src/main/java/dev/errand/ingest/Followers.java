package dev.errand.ingest;

import dev.errand.ingest.http.EventOutput;
import dev.errand.ingest.http.Places;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Clock;

/** All readers of logs and events of this process share one number of places. */
@Singleton
class Followers {
  private final Places places;
  private final RoutingContext request; // of the current request

  @Inject
  Followers(IngestSettings settings, RoutingContext request) {
    this.places = new Places(settings.maxFollowers());
    this.request = request;
  }

  /** Tells one client what goes on; returns when there is no more, throws when it has gone. */
  interface Telling {
    void to(EventOutput output) throws IOException, InterruptedException;
  }

  /**
   * Takes a place for the current request, free again when its answer has been sent or its client
   * has gone, whichever comes first.
   *
   * @throws dev.errand.schemas.ErrandException FOLLOWERS_FULL while there is none
   */
  Places.Place place() {
    Places.Place place = places.take();
    request.addEndHandler(_ -> place.close());
    return place;
  }

  /**
   * Answers the current request with a stream.
   *
   * @throws dev.errand.schemas.ErrandException FOLLOWERS_FULL while there is no place
   */
  Response stream(Telling telling) {
    Places.Place place = place();
    var client = request.response();
    StreamingOutput output =
        out -> {
          try (place) {
            telling.to(new EventOutput(out, Clock.systemUTC(), client::closed));
          } catch (InterruptedException e) {
            throw new InterruptedIOException("the server is stopping");
          }
        };
    return Response.ok(output, MediaType.SERVER_SENT_EVENTS)
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .header("X-Accel-Buffering", "no")
        .build();
  }
}
