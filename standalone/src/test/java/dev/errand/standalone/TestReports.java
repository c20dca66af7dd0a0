package dev.errand.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * Compares what two runs of the system tests have reported: both must name the same tests, some,
 * and must have skipped none. The build's last step.
 */
final class TestReports {
  private TestReports() {}

  /** Takes the two folders of reports; fails with what is wrong with them. */
  public static void main(String... folders) {
    List<String> wrong = compare(Path.of(folders[0]), Path.of(folders[1]));
    if (!wrong.isEmpty()) {
      throw new IllegalStateException("The two modes differ:\n  " + String.join("\n  ", wrong));
    }
    System.out.printf("Both modes ran the same %d tests.%n", tests(Path.of(folders[0])).size());
  }

  /** What is wrong, in words. */
  static List<String> compare(Path one, Path other) {
    List<String> wrong = new ArrayList<>();
    if (tests(one).isEmpty() || tests(other).isEmpty()) {
      wrong.add("no test has run in one of them");
    }
    wrong.addAll(missing(one, other));
    wrong.addAll(missing(other, one));
    for (Path folder : List.of(one, other)) {
      tests(folder)
          .forEach(
              (test, ran) -> {
                if (!ran) {
                  wrong.add("%s was skipped in %s".formatted(test, folder));
                }
              });
    }
    return wrong;
  }

  private static List<String> missing(Path all, Path some) {
    Set<String> missing = new TreeSet<>(tests(all).keySet());
    missing.removeAll(tests(some).keySet());
    return missing.stream().map(test -> "%s is not in %s".formatted(test, some)).toList();
  }

  /** The tests that a folder's reports name, and whether each has run. */
  private static Map<String, Boolean> tests(Path folder) {
    Map<String, Boolean> tests = new TreeMap<>();
    for (Path report : reports(folder)) {
      NodeList cases = parsed(report).getElementsByTagName("testcase");
      for (int i = 0; i < cases.getLength(); i++) {
        Element test = (Element) cases.item(i);
        tests.put(
            test.getAttribute("classname") + "#" + test.getAttribute("name"),
            test.getElementsByTagName("skipped").getLength() == 0);
      }
    }
    return tests;
  }

  private static List<Path> reports(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.getFileName().toString().endsWith(".xml")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Document parsed(Path report) {
    try {
      return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(report.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ParserConfigurationException | SAXException e) {
      throw new IllegalStateException(report + " is no report", e);
    }
  }
}
