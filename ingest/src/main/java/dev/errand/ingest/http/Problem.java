package dev.errand.ingest.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Verdict;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The one form of every refusal. Source: RFC 9457; code, hint, lastLines, line and column are ours.
 */
public record Problem(int status, String json) {
  public static final String TYPE = "application/problem+json";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern PLACE = Pattern.compile("line ([0-9]{1,9}), column ([0-9]{1,9}): ");

  public static Problem of(FailureCode code, String message) {
    return of(Failure.of(code, message));
  }

  public static Problem of(Failure failure) {
    FailureCode code = failure.code();
    int status = Verdict.on(code).httpStatus();
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("type", "about:blank");
    members.put("title", title(code));
    members.put("status", status);
    members.put("code", code.name());
    members.put("detail", failure.message());
    members.put("hint", code.hint());
    Matcher place = PLACE.matcher(failure.message());
    if (place.lookingAt()) {
      members.put("line", Integer.parseInt(place.group(1)));
      members.put("column", Integer.parseInt(place.group(2)));
    }
    if (!failure.lastLines().isEmpty()) {
      members.put("lastLines", failure.lastLines());
    }
    try {
      return new Problem(status, JSON.writeValueAsString(members));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts and numbers can be written as JSON", e);
    }
  }

  /** The code's name as words. */
  private static String title(FailureCode code) {
    String words = code.name().replace('_', ' ').toLowerCase(Locale.ROOT);
    return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
  }
}
