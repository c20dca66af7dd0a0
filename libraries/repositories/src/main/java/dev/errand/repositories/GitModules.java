package dev.errand.repositories;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.RepositoryUrl;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What a repository says about its submodules, judged: names and paths that stay inside, and URLs
 * made absolute.
 *
 * <p>Source: gitmodules(5); git-submodule(1), add, on relative URLs.
 */
final class GitModules {
  private static final String SECTION = "submodule.";

  /** No part is empty, a dot, two dots or .git in any case: what git itself refuses, and more. */
  private static final Pattern UNSAFE =
      Pattern.compile(
          "(?i)^-|^/|\\\\|[\\x00-\\x1f\\x7f]|(^|/)(\\.{0,2}|\\.git|git~[0-9]+)\\s*(/|$)");

  /** One section, with its URL as it is written. */
  record Entry(String name, String path, String url) {}

  private GitModules() {}

  /**
   * Reads {@code git config --null --list} of a .gitmodules; sections without path or URL, and
   * those that say {@code update = none}, are none.
   *
   * @throws ErrandException REPOSITORY_REFUSED for a name or path that leads outside
   */
  static List<Entry> parse(String listing) {
    Map<String, Map<String, String>> sections = new LinkedHashMap<>();
    for (String item : listing.split("\0")) {
      int end = item.indexOf('\n');
      String key = end < 0 ? item : item.substring(0, end);
      int dot = key.lastIndexOf('.');
      if (key.startsWith(SECTION) && dot > SECTION.length() && end >= 0) {
        sections
            .computeIfAbsent(key.substring(SECTION.length(), dot), name -> new LinkedHashMap<>())
            .put(key.substring(dot + 1), item.substring(end + 1));
      }
    }
    List<Entry> entries = new ArrayList<>();
    sections.forEach(
        (name, values) -> {
          String path = values.get("path");
          String url = values.get("url");
          if (path != null && url != null && !"none".equals(values.get("update"))) {
            entries.add(new Entry(inside(name, name), inside(name, path), url));
          }
        });
    return entries;
  }

  private static String inside(String name, String path) {
    String trimmed = path.replaceAll("/+$", "");
    if (UNSAFE.matcher(trimmed).find()) {
      throw refused(name, "its name or path leads outside of the repository");
    }
    return trimmed;
  }

  /**
   * The submodule's URL: a relative one continues its parent's.
   *
   * @throws ErrandException REPOSITORY_REFUSED when that is no URL that we take
   */
  static RepositoryUrl url(RepositoryUrl parent, Entry entry) {
    try {
      String url = entry.url();
      if (url.startsWith("./") || url.startsWith("../")) {
        return new RepositoryUrl(continued(parent.value(), url));
      }
      boolean local = url.startsWith("/") && parent.scheme().equals("file");
      return new RepositoryUrl(local ? new URI("file", "", url, null).toString() : url);
    } catch (URISyntaxException | IllegalArgumentException e) {
      throw refused(entry.name(), "'%s' is not a URL that is taken".formatted(entry.url()));
    }
  }

  private static String continued(String parent, String relative) throws URISyntaxException {
    int path = parent.indexOf('/', parent.indexOf("://") + 3);
    String folder = parent.substring(path).replaceAll("/+$", "");
    String rest = relative;
    while (rest.startsWith("./") || rest.startsWith("../")) {
      if (rest.startsWith("../")) {
        folder = folder.substring(0, Math.max(0, folder.lastIndexOf('/')));
        rest = rest.substring(3);
      } else {
        rest = rest.substring(2);
      }
    }
    String encoded = new URI(null, null, "/" + rest, null).getRawPath();
    return parent.substring(0, path) + folder + encoded;
  }

  static ErrandException refused(String name, String why) {
    return new ErrandException(
        FailureCode.REPOSITORY_REFUSED, "submodule '%s': %s".formatted(name, why));
  }
}
