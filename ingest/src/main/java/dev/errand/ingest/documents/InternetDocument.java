package dev.errand.ingest.documents;

import dev.errand.schemas.EnvironmentSpec.Internet;
import dev.errand.schemas.EnvironmentSpec.Preset;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The part of an environment's document that says where its agent may connect to. */
final class InternetDocument {
  private static final int MAX_DOMAINS = 200;
  private static final int MAX_METHODS = 20;

  /** Two labels at least, and letters in the last: no bare suffix, no address. */
  private static final Pattern DOMAIN =
      Pattern.compile("(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]");

  private static final int MAX_DOMAIN_CHARACTERS = 253;
  private static final Pattern METHOD = Pattern.compile("[A-Z]{1,20}");

  private InternetDocument() {}

  static Internet read(Optional<Value> document) {
    if (document.isEmpty()) {
      return new Internet(Preset.OFF, List.of(), List.of());
    }
    Fields fields = document.get().fields("agent", "domains", "methods");
    return new Internet(
        fields.find("agent").map(v -> Choices.read(v, Preset.values())).orElse(Preset.OFF),
        fields
            .find("domains")
            .map(v -> v.list(MAX_DOMAINS).stream().map(InternetDocument::domain).toList())
            .orElse(List.of()),
        fields
            .find("methods")
            .map(v -> v.list(MAX_METHODS).stream().map(InternetDocument::method).toList())
            .orElse(List.of()));
  }

  private static String domain(Value value) {
    String domain = value.text();
    if (domain.startsWith("*.")) {
      throw value.refused("write '%s': sub-domains are included".formatted(domain.substring(2)));
    }
    if (domain.length() > MAX_DOMAIN_CHARACTERS || !DOMAIN.matcher(domain).matches()) {
      throw value.refused(
          "'%s' is not a domain in lower case, such as example.org".formatted(domain));
    }
    return domain;
  }

  private static String method(Value value) {
    String method = value.text();
    if (!METHOD.matcher(method).matches()) {
      throw value.refused("'%s' is not an HTTP method in upper case".formatted(method));
    }
    return method;
  }
}
