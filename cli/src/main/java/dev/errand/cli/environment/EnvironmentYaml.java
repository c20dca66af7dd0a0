package dev.errand.cli.environment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.errand.cli.server.Json;
import dev.errand.cli.terminal.SafeText;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An environment's document as YAML 1.2, which the server reads, by a library that writes YAML 1.1:
 * that one takes more characters for line breaks and has escapes of its own for them.
 */
final class EnvironmentYaml {
  /** In double quotes: an escape, or a character that a terminal must not see. */
  private static final Pattern ESCAPE_OR_CHARACTER = Pattern.compile("\\\\.|[^ -~\n]");

  private EnvironmentYaml() {}

  /**
   * @throws IOException when it cannot be written
   */
  static String of(JsonNode document) throws IOException {
    boolean unusual = Json.text(document).chars().anyMatch(c -> isUnusual((char) c));
    String yaml =
        YAMLMapper.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            // Only what stands in quotes can have escapes.
            .configure(YAMLGenerator.Feature.LITERAL_BLOCK_STYLE, !unusual)
            .build()
            .writeValueAsString(document);
    return unusual
        ? ESCAPE_OR_CHARACTER.matcher(yaml).replaceAll(found -> escaped(found.group()))
        : yaml;
  }

  private static boolean isUnusual(char c) {
    return c == '\u0085' || c == '\u2028' || c == '\u2029' || SafeText.changesDirection(c);
  }

  /** With doubled backslashes, for a replacement. */
  private static String escaped(String found) {
    return switch (found) {
      case "\\L" -> "\\\\u2028";
      case "\\P" -> "\\\\u2029";
      default ->
          SafeText.changesDirection(found.charAt(0))
              ? "\\\\u%04X".formatted((int) found.charAt(0))
              : Matcher.quoteReplacement(found);
    };
  }
}
