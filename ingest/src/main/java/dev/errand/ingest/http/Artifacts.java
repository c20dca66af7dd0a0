package dev.errand.ingest.http;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/**
 * How what agents and users wrote is given out: as text that no browser takes for a page. The gate
 * adds to each answer that its type is not to be guessed.
 */
public final class Artifacts {
  private static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; frame-ancestors 'none'; sandbox";

  private Artifacts() {}

  /** An answer with bytes that are UTF-8 for the most part. */
  public static Response.ResponseBuilder text(Object bytes) {
    return Response.ok(bytes, MediaType.TEXT_PLAIN_TYPE.withCharset("utf-8"))
        .header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        .header(HttpHeaders.CACHE_CONTROL, "no-store");
  }
}
