package dev.errand.cli.apply;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Takes back what git had written of a patch when it failed: made before git writes, so that it
 * deletes nothing that was there.
 */
final class Restoration {
  private final WorkingTree tree;
  private final List<TreePath> touched;
  private final Map<TreePath, Path> newFiles = new TreeMap<>();

  /** The deepest first. */
  private final Set<Path> newFolders =
      new TreeSet<>(
          Comparator.comparingInt(Path::getNameCount).thenComparing(path -> path).reversed());

  private Restoration(WorkingTree tree, List<TreePath> touched) {
    this.tree = tree;
    this.touched = touched;
  }

  /** Looks what is there before the patch is written. */
  static Restoration before(WorkingTree tree, List<FileChange> changes) {
    Restoration restoration =
        new Restoration(
            tree, changes.stream().flatMap(c -> c.touched().stream()).distinct().toList());
    restoration.touched.forEach(restoration::look);
    return restoration;
  }

  private void look(TreePath path) {
    // What this locale cannot spell is no file of ours to delete; the status names it afterwards.
    Optional<Path> file = path.in(tree.top());
    if (file.isEmpty() || isFile(file.get())) {
      return;
    }
    newFiles.put(path, file.get());
    Path folder = file.get().getParent();
    while (folder != null && !folder.equals(tree.top()) && !Files.isDirectory(folder)) {
      newFolders.add(folder);
      folder = folder.getParent();
    }
  }

  /**
   * Deletes what is new and puts the rest back to the commit's content: what was touched was clean.
   *
   * @param head empty in a new repository
   * @return the paths that are not as they were, for people
   */
  Set<String> run(Optional<String> head) {
    Set<String> left = new TreeSet<>();
    newFiles.forEach(
        (path, file) -> {
          // A folder is none of ours: git could not put the file in its place.
          if (!Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS) && !deleted(file)) {
            left.add(path.shown());
          }
        });
    newFolders.forEach(Restoration::deleted); // unless somebody else has put something there
    if (head.isPresent()) {
      Set<String> known = tree.modes().keySet();
      tree.restore(head.get(), touched.stream().filter(p -> known.contains(p.bytes())).toList());
    }
    Map<String, String> status = tree.status();
    touched.stream()
        .filter(path -> status.containsKey(path.bytes()))
        .forEach(path -> left.add(path.shown()));
    return left;
  }

  private static boolean isFile(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS)
        && !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }

  private static boolean deleted(Path path) {
    try {
      Files.deleteIfExists(path);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
