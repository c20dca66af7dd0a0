package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Holds every file of ours to the limits in CONTRIBUTING.md, so that no review needs to. */
class TidyTest {
  private static final int MAX_FILE_LINES = 300;
  private static final int MAX_TEST_LINES = 450; // a suite of one subject stays in one place
  private static final int MAX_LINE_CHARACTERS = 100;
  private static final int MAX_METHOD_LINES = 60;
  private static final int MAX_PARAMETERS = 5;
  private static final int MAX_PACKAGE_FILES = 20;

  private static final Pattern NAME_THAT_SAYS_NOTHING =
      Pattern.compile("(Impl|Util|Utils|Helper|Manager)\\.java$|/(Abstract|Base)[A-Z]\\w*\\.java$");
  private static final Pattern PACKAGE_THAT_SAYS_NOTHING =
      Pattern.compile("/(util|common|core|model|dto|impl|manager|helper|internal)/");
  private static final Pattern UNOWNED_TASK = Pattern.compile("\\b(TODO|FIXME|XXX)\\b");
  private static final Pattern REAL_TIME =
      Pattern.compile("Instant\\.now\\(\\)|System\\.currentTimeMillis\\(|Thread\\.sleep\\(");
  private static final Pattern BROAD_CATCH = Pattern.compile("catch \\((Exception|Throwable)\\b");
  private static final Pattern SKIPPED_TEST =
      Pattern.compile("@Disabled|\\bassume(True|False|That)\\(|Assumptions\\.");

  /**
   * The stage runner and the programs' ends turn any failure into a verdict; Kafka's server
   * declares Exception. Nobody else.
   */
  private static final Pattern MAY_CATCH_ALL =
      Pattern.compile("libraries/stage/src/main/|/(Main|Server|EmbeddedBroker)\\.java$|/src/test/");

  private static List<Path> files = List.of();

  @BeforeAll
  static void readTheTree() {
    files = SourceTree.javaFiles();
    assertThat(files).as("the checkout's Java files").hasSizeGreaterThan(30);
  }

  @Test
  void noFileIsLong() {
    assertThat(
            offenders(
                (path, text) ->
                    text.lines().count() > (isMain(path) ? MAX_FILE_LINES : MAX_TEST_LINES)))
        .isEmpty();
  }

  @Test
  void noLineIsLong() {
    assertThat(files.stream().flatMap(TidyTest::longLines)).isEmpty();
  }

  /** Text has the length that it has: literals and text blocks are not code. */
  private static Stream<String> longLines(Path path) {
    boolean inText = false;
    List<String> found = new ArrayList<>();
    for (String line : SourceTree.read(path).split("\n")) {
      boolean code = !inText && !line.contains("\"") && !line.startsWith("import ");
      if (code && line.length() > MAX_LINE_CHARACTERS) {
        found.add(path + ": " + line.strip());
      }
      inText ^= line.split("\"\"\"", -1).length % 2 == 0;
    }
    return found.stream();
  }

  @Test
  void namesSaySomething() {
    assertThat(files)
        .noneMatch(path -> NAME_THAT_SAYS_NOTHING.matcher("/" + path).find())
        .noneMatch(path -> PACKAGE_THAT_SAYS_NOTHING.matcher("/" + path).find());
  }

  @Test
  void noCommentOwesWork() {
    assertThat(linesThat(line -> UNOWNED_TASK.matcher(line).find() && !line.contains("Pattern")))
        .isEmpty();
  }

  @Test
  void timeIsInjected() {
    assertThat(offenders((path, text) -> isMain(path) && REAL_TIME.matcher(text).find())).isEmpty();
  }

  @Test
  void nothingSwallowsEverything() {
    assertThat(
            offenders(
                (path, text) ->
                    !MAY_CATCH_ALL.matcher(path.toString()).find()
                        && BROAD_CATCH.matcher(text).find()))
        .isEmpty();
  }

  @Test
  void noTestIsSkipped() {
    assertThat(
            offenders(
                (path, text) ->
                    !path.endsWith("TidyTest.java") && SKIPPED_TEST.matcher(text).find()))
        .isEmpty();
  }

  @Test
  void everyPackageIntroducesItself() {
    Map<Path, Long> packages =
        files.stream()
            .filter(TidyTest::isMain)
            .collect(Collectors.groupingBy(Path::getParent, TreeMap::new, Collectors.counting()));
    assertThat(packages).isNotEmpty();
    assertThat(packages.entrySet())
        .allSatisfy(
            entry -> {
              assertThat(entry.getValue())
                  .as("files in " + entry.getKey())
                  .isLessThanOrEqualTo(MAX_PACKAGE_FILES + 1); // and its package-info
              assertThat(
                      SourceTree.read(entry.getKey().resolve("package-info.java"))
                          .replaceAll("\\s+\\*?\\s*", " "))
                  .contains("@NullMarked", " must not ");
            });
  }

  @Test
  void methodsAreShortAndTakeLittle() throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (var manager = compiler.getStandardFileManager(null, null, null)) {
      var sources =
          manager.getJavaFileObjectsFromPaths(
              files.stream().map(SourceTree.ROOT::resolve).toList());
      var task = (JavacTask) compiler.getTask(null, manager, null, null, null, sources);
      List<String> found = new ArrayList<>();
      SourcePositions positions = Trees.instance(task).getSourcePositions();
      for (CompilationUnitTree unit : task.parse()) {
        new MethodMeasure(positions, found).scan(unit, unit);
      }
      assertThat(found).isEmpty();
    }
  }

  /** Collects what is longer than a screen or takes more than a reader can keep in mind. */
  private static final class MethodMeasure extends TreeScanner<Void, CompilationUnitTree> {
    private final SourcePositions positions;
    private final List<String> found;

    MethodMeasure(SourcePositions positions, List<String> found) {
      this.positions = positions;
      this.found = found;
    }

    @Override
    public Void visitMethod(MethodTree method, CompilationUnitTree unit) {
      var lines = unit.getLineMap();
      long start = positions.getStartPosition(unit, method);
      long end = positions.getEndPosition(unit, method);
      if (start >= 0 && end >= 0) {
        long length = lines.getLineNumber(end) - lines.getLineNumber(start) + 1;
        boolean canonical = method.getReturnType() == null; // records may carry more
        if (length > MAX_METHOD_LINES
            || (!canonical && method.getParameters().size() > MAX_PARAMETERS)) {
          found.add(
              "%s %s: %d lines, %d parameters"
                  .formatted(
                      unit.getSourceFile().getName(),
                      method.getName(),
                      length,
                      method.getParameters().size()));
        }
      }
      return super.visitMethod(method, unit);
    }
  }

  private interface Offence {
    boolean in(Path path, String text);
  }

  private interface LineOffence {
    boolean in(String line);
  }

  private static List<Path> offenders(Offence offence) {
    return files.stream().filter(path -> offence.in(path, SourceTree.read(path))).toList();
  }

  private static List<String> linesThat(LineOffence offence) {
    return files.stream()
        .flatMap(
            path ->
                SourceTree.read(path)
                    .lines()
                    .filter(offence::in)
                    .map(line -> path + ": " + line.strip()))
        .toList();
  }

  private static boolean isMain(Path path) {
    return path.toString().contains("src/main/java");
  }
}
