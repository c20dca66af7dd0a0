package dev.errand.provisioner.turns;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.RunId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One small file for each box, by the box's id: {@code <run> <since>}, and {@code taken} when it
 * is. Not brought to stable storage: a power cut ends the boxes as well. Used by one thread at a
 * time.
 */
final class StayFiles {
  private static final Logger LOG = LoggerFactory.getLogger(StayFiles.class);
  private static final String TAKEN = "taken";
  private static final String DRAFT = ".new";

  private final Path folder;

  StayFiles(Path folder) {
    this.folder = folder;
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new ErrandException(FailureCode.DISK_FULL, "cannot make the folder " + folder, e);
    }
  }

  /** All that can be read; what is half-written is removed, and so is its box by the reaper. */
  Map<BoxId, KeptBoxes.Stay> read() {
    Map<BoxId, KeptBoxes.Stay> stays = new HashMap<>();
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.toList();
    } catch (IOException e) {
      throw new ErrandException(FailureCode.DISK_FULL, "cannot read the folder " + folder, e);
    }
    for (Path file : files) {
      try {
        String[] words = Files.readString(file).split(" ");
        stays.put(
            new BoxId(file.getFileName().toString()),
            new KeptBoxes.Stay(RunId.parse(words[0]), Instant.parse(words[1]), words.length > 2));
      } catch (IOException
          | IllegalArgumentException
          | DateTimeParseException
          | IndexOutOfBoundsException e) {
        LOG.warn("{} says nothing of a kept box: {}", file, e.toString());
        delete(file);
      }
    }
    return stays;
  }

  void write(BoxId id, KeptBoxes.Stay stay) throws IOException {
    Path draft = folder.resolve(id + DRAFT);
    String taken = stay.taken() ? " " + TAKEN : "";
    Files.writeString(draft, stay.run() + " " + stay.since() + taken);
    Files.move(draft, folder.resolve(id.value()), StandardCopyOption.ATOMIC_MOVE);
  }

  void delete(BoxId id) {
    delete(folder.resolve(id.value()));
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.warn("{} stays: {}", file, e.toString());
    }
  }
}
