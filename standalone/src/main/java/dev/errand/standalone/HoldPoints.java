package dev.errand.standalone;

import dev.errand.schemas.ids.StageName;
import dev.errand.stage.StageHost;
import dev.errand.stage.StageHost.Step;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * For tests only: points at which this process stands still until it is killed. A file {@code
 * <stage>.<STEP>} in the folder asks for it; the first to get there renames it to {@code
 * <stage>.<STEP>.reached}, so that it happens once, and never goes on.
 *
 * <p>A stage that is done sooner than its lease is renewed would never come to RENEWING: asked for
 * that, its next job waits with its work done.
 */
final class HoldPoints implements StageHost.Probe {
  private final Path folder;
  private final Set<StageName> awaitingRenewal = ConcurrentHashMap.newKeySet();

  HoldPoints(Path folder) {
    this.folder = folder;
  }

  @Override
  public void at(StageName stage, Step step) {
    if (take(stage + "." + step)
        || (step == Step.WORKED
            && Files.exists(folder.resolve(stage + "." + Step.RENEWING))
            && awaitingRenewal.add(stage))) {
      standStill();
    }
  }

  private boolean take(String point) {
    Path asked = folder.resolve(point);
    try {
      Files.move(asked, folder.resolve(point + ".reached"), StandardCopyOption.ATOMIC_MOVE);
      return true;
    } catch (NoSuchFileException e) {
      return false; // nobody has asked, or somebody else was first
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void standStill() {
    while (true) {
      LockSupport.park();
      boolean _ = Thread.interrupted(); // or parking would spin
    }
  }
}
