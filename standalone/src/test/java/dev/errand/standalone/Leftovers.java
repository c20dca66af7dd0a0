package dev.errand.standalone;

import dev.errand.schemas.Event;
import dev.errand.stage.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What work leaves on a host when it was broken off: counted when nothing works any more. */
final class Leftovers {
  /** What is half-written has such a name, here and in git, until it is renamed. */
  private static final Pattern HALF_WRITTEN =
      Pattern.compile(".*\\.(tmp|new|lock)|draft.*|tmp_.*|probe-.*|\\.new-.*|.*\\.keep");

  private static final Path LOCKS = Path.of("/proc/locks");

  private Leftovers() {}

  /** The runs and tasks that may have a journal: it is kept for a day after their end. */
  static Set<String> journalKeys(List<Topics.Entry> facts) {
    return facts.stream()
        .flatMap(entry -> entry.fact().stream())
        .map(fact -> fact instanceof Event.OfRun ofRun ? ofRun.run().toString() : fact.key())
        .collect(Collectors.toSet());
  }

  /** What a data folder holds that it should not. */
  static List<String> in(DataFolder data, Set<String> journalKeys) {
    List<String> left = new ArrayList<>();
    for (Path folder : list(data.root())) {
      // Kafka and its Streams keep house themselves.
      if (!folder.equals(data.kafka()) && !folder.equals(data.streams())) {
        halfWritten(folder).forEach(file -> left.add("half-written " + file));
      }
    }
    for (Path journal : list(data.root().resolve("attempts"))) {
      if (!journalKeys.contains(journal.getFileName().toString())) {
        left.add("journal of nothing " + journal);
      }
    }
    heldLocks(data.mirrors().resolve(".locks")).forEach(lock -> left.add("held lock " + lock));
    return left;
  }

  /** Processes that a server has started and that still run, in words. */
  static List<String> childrenOf(ProcessHandle server) {
    return server.descendants().map(child -> "process " + child.info()).toList();
  }

  /** Boxes' sockets that are bound in the server's network, whether or not their files are gone. */
  static List<String> socketsOf(ProcessHandle server, Path boxes) {
    try (Stream<String> lines =
        Files.lines(Path.of("/proc", Long.toString(server.pid()), "net/unix"))) {
      return lines
          .filter(line -> line.contains(" " + boxes + "/"))
          .map(line -> "socket " + line.substring(line.indexOf('/')))
          .toList();
    } catch (NoSuchFileException e) {
      return List.of(); // it has ended
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Processes that work in the folder, whoever started them, in words. */
  static List<String> processesIn(Path folder) {
    return ProcessHandle.allProcesses()
        .filter(
            process -> mentions(process, "cmdline", folder) || mentions(process, "environ", folder))
        .map(process -> "process " + process.pid() + " " + process.info())
        .toList();
  }

  /** What a process has open: paths, and sockets by their numbers. */
  static List<String> openFilesOf(ProcessHandle process) {
    List<String> open = new ArrayList<>();
    for (Path file : list(Path.of("/proc", Long.toString(process.pid()), "fd"))) {
      target(file).ifPresent(open::add);
    }
    return open;
  }

  /** Empty for what was closed meanwhile. */
  private static Optional<String> target(Path link) {
    try {
      return Optional.of(Files.readSymbolicLink(link).toString());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Every file in the folder and below it. */
  static List<String> filesIn(Path folder) {
    return walk(folder).filter(file -> !file.equals(folder)).map(file -> "file " + file).toList();
  }

  private static boolean mentions(ProcessHandle process, String what, Path folder) {
    try {
      Path file = Path.of("/proc", Long.toString(process.pid()), what);
      return Files.readString(file, StandardCharsets.ISO_8859_1).contains(folder.toString());
    } catch (IOException e) {
      return false; // it has ended, or it is another user's
    }
  }

  private static List<Path> halfWritten(Path folder) {
    return walk(folder)
        .filter(file -> HALF_WRITTEN.matcher(file.getFileName().toString()).matches())
        .toList();
  }

  /** Lock files stay; that somebody holds one is what is to be over. Source: proc_locks(5). */
  private static List<Path> heldLocks(Path folder) {
    Set<String> held;
    try (Stream<String> lines = Files.lines(LOCKS)) {
      held =
          lines
              .map(line -> line.replaceAll(".*:([0-9]+) [0-9]+ [0-9A-Z]+$", "$1"))
              .collect(Collectors.toSet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return list(folder).stream().filter(file -> held.contains(inode(file))).toList();
  }

  private static String inode(Path file) {
    try {
      return String.valueOf(Files.getAttribute(file, "unix:ino"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Path> list(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    } catch (NoSuchFileException e) {
      return List.of(); // it has gone meanwhile
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The tree as it is; what goes while it is read is not in it. */
  static Stream<Path> walk(Path folder) {
    List<Path> all = new ArrayList<>(List.of(folder));
    for (int i = 0; i < all.size(); i++) {
      if (Files.isDirectory(all.get(i), LinkOption.NOFOLLOW_LINKS)) {
        all.addAll(list(all.get(i)));
      }
    }
    return all.stream();
  }
}
