package dev.errand.standalone;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.DocTree;
import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;

/** The settings as the code declares them: name, default and Javadoc, as a page. */
final class ConfigurationDocument {
  private static final String HEAD =
      """
      # Configuration

      Settings stand in `errand.yaml` in the data folder, or come as environment variables (the name
      in capitals, other characters as `_`) or system properties. Unknown settings stop the start.
      This page is made from the settings' declarations and compared with them by a test.

      """;

  private final Map<String, List<Setting>> sections = new TreeMap<>();

  private record Setting(String name, String type, String defaultValue, String text) {}

  static String render() throws IOException {
    ConfigurationDocument document = new ConfigurationDocument();
    var compiler = ToolProvider.getSystemJavaCompiler();
    try (var manager = compiler.getStandardFileManager(null, null, null)) {
      var sources =
          SourceTree.javaFiles().stream()
              .filter(path -> path.toString().endsWith("Settings.java"))
              .filter(path -> SourceTree.read(path).contains("@ConfigMapping(prefix"))
              .map(SourceTree.ROOT::resolve)
              .toList();
      var units = manager.getJavaFileObjectsFromPaths(sources);
      var task = (JavacTask) compiler.getTask(null, manager, null, null, null, units);
      DocTrees docs = DocTrees.instance(task);
      for (CompilationUnitTree unit : task.parse()) {
        document.new Reader(docs).scan(new TreePath(unit), null);
      }
    }
    return document.text();
  }

  private String text() {
    StringBuilder page = new StringBuilder(HEAD);
    sections.forEach(
        (prefix, settings) -> {
          page.append("## ").append(prefix).append("\n\n");
          page.append("| setting | default | meaning |\n|---|---|---|\n");
          for (Setting setting : settings) {
            page.append(
                "| `%s` | %s | %s |\n"
                    .formatted(
                        setting.name(),
                        setting.defaultValue().isEmpty()
                            ? setting.type()
                            : "`" + setting.defaultValue() + "`",
                        setting.text().replace("|", "\\|")));
          }
          page.append('\n');
        });
    return page.toString().stripTrailing() + "\n";
  }

  /** Collects the methods of one mapping, nested groups with their method's name in between. */
  private final class Reader extends TreePathScanner<Void, Void> {
    private final DocTrees docs;
    private final Map<String, String> groups = new HashMap<>();
    private String prefix = "";
    private String section = "";

    Reader(DocTrees docs) {
      this.docs = docs;
    }

    @Override
    public Void visitClass(ClassTree type, Void unused) {
      String outer = prefix;
      Optional<String> mapped = annotation(type.getModifiers(), "ConfigMapping");
      if (mapped.isPresent()) {
        prefix = mapped.get();
        section = prefix;
      } else {
        prefix = prefix + "." + groups.getOrDefault(type.getSimpleName().toString(), "?");
      }
      for (Tree member : type.getMembers()) {
        if (member instanceof MethodTree method && method.getBody() == null) {
          groups.put(method.getReturnType().toString(), dashed(method.getName().toString()));
        }
      }
      super.visitClass(type, null);
      prefix = outer;
      return null;
    }

    @Override
    public Void visitMethod(MethodTree method, Void unused) {
      DocCommentTree comment = docs.getDocCommentTree(getCurrentPath());
      if (method.getBody() == null && comment != null) {
        String text = joined(comment.getFullBody()).replaceAll("\\s+", " ");
        sections
            .computeIfAbsent(section, key -> new ArrayList<>())
            .add(
                new Setting(
                    prefix + "." + dashed(method.getName().toString()),
                    method.getReturnType().toString().startsWith("Optional") ? "none" : "required",
                    annotation(method.getModifiers(), "WithDefault").orElse(""),
                    plain(text)));
      }
      return super.visitMethod(method, null);
    }

    private static String joined(List<? extends DocTree> parts) {
      return parts.stream().map(DocTree::toString).collect(Collectors.joining());
    }

    private static String plain(String text) {
      return text.replaceAll("\\{@(?:code|link) #?([^}]*)}", "`$1`");
    }

    private static Optional<String> annotation(ModifiersTree modifiers, String name) {
      for (AnnotationTree annotation : modifiers.getAnnotations()) {
        if (annotation.getAnnotationType().toString().equals(name)) {
          return annotation.getArguments().stream().map(Reader::value).findFirst();
        }
      }
      return Optional.empty();
    }

    private static String value(Tree argument) {
      return switch (argument) {
        case AssignmentTree assignment -> value(assignment.getExpression());
        case LiteralTree literal -> literal.getValue().toString();
        default -> argument.toString();
      };
    }

    private static String dashed(String camel) {
      return camel.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }
  }
}
