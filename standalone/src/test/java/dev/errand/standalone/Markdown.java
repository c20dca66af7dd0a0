package dev.errand.standalone;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** A document of ours, by the blocks of code that it shows. */
record Markdown(String text) {
  private static final Pattern BLOCK =
      Pattern.compile("^```([a-z]*)\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

  static Markdown read(String name) {
    return new Markdown(SourceTree.read(Path.of(name)));
  }

  /** The blocks of one language, such as {@code sh}, in their order. */
  List<String> blocks(String language) {
    return BLOCK
        .matcher(text)
        .results()
        .filter(block -> block.group(1).equals(language))
        .map((MatchResult block) -> block.group(2))
        .toList();
  }
}
