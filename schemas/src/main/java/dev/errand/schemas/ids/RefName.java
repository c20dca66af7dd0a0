package dev.errand.schemas.ids;

import java.util.regex.Pattern;

/**
 * A branch, tag or commit as a user names it. Git's own grammar for references, and no leading
 * dash, so that it can never be read as an option.
 *
 * <p>Source: git-check-ref-format(1).
 */
public record RefName(String value) {
  private static final int MAX_CHARACTERS = 200;
  private static final Pattern FORBIDDEN =
      Pattern.compile(
          "^-|^/|/$|//|\\.\\.|\\.$|@\\{|^@$|[\\x00-\\x20\\x7f~^:?*\\[\\\\]|\\p{Cs}"
              + "|(^|/)\\.|\\.lock(/|$)");

  /**
   * @throws IllegalArgumentException when git would not take the name, or it starts with a dash
   */
  public RefName {
    if (value.isEmpty() || value.length() > MAX_CHARACTERS || FORBIDDEN.matcher(value).find()) {
      throw new IllegalArgumentException(
          "'%s' is not a git reference (git check-ref-format names the rules)"
              .formatted(Grammar.shown(value)));
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
