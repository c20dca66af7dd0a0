package dev.errand.diffcollector;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a well-formed patch changes. */
record PatchSummary(List<ChangedFile> files, int linesAdded, int linesRemoved) {
  PatchSummary {
    files = List.copyOf(files);
  }

  /** How many paths change; a file that becomes a link is two changes of one path. */
  int paths() {
    return (int)
        files.stream()
            .flatMap(
                file -> Stream.of(file.after(), file.before()).filter(Objects::nonNull).limit(1))
            .distinct()
            .count();
  }

  /** What a path is after the change, or was before its removal. */
  enum Kind {
    FILE,
    EXECUTABLE,
    SYMLINK,
    SUBMODULE
  }

  /**
   * @param before null when the file is new
   * @param after null when the file is removed
   */
  record ChangedFile(@Nullable PatchPath before, @Nullable PatchPath after, Kind kind) {}
}
