package dev.errand.standalone;

import dev.errand.sandbox.BoxesSettings;
import dev.errand.sandbox.disks.Disks;
import dev.errand.schemas.EnvironmentSpec;
import dev.errand.schemas.ErrandException;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the doctor sees of the machine itself: programs, disk, clock and the data folder. */
final class HostProbe {
  private static final int MINIMUM_JDK = 25;

  /** Of Debian 11; nobody has tried an older one. */
  private static final int MINIMUM_GIT = 30;

  private static final Pattern GIT_VERSION = Pattern.compile("git version 2\\.(\\d+)");

  /** The disk of one box, which waits for its room when an environment says nothing, and facts. */
  private static final long MINIMUM_FREE_BYTES =
      EnvironmentSpec.Limits.DEFAULT.diskBytes() + ServerSettings.DEFAULT_DISK_RESERVE_BYTES;

  /** The boxes' sockets lie below the data folder, and a socket's path is short. */
  static final int MAX_DATA_BYTES = BoxesSettings.MAX_ROOT_BYTES - "/boxes".length();

  /** A package from elsewhere may be that much ahead of a clock that is right. */
  private static final Duration TIME_ZONES = Duration.ofDays(1);

  private final Path data;
  private final InstantSource clock;

  HostProbe(Path data, InstantSource clock) {
    this.data = data;
    this.clock = clock;
  }

  List<Finding> findings() {
    return List.of(jdk(), git(), folder(), fileSystem(), disk(), clock());
  }

  private static Finding jdk() {
    int version = Runtime.version().feature();
    return Finding.of(
        "jdk",
        version >= MINIMUM_JDK,
        "JDK " + version,
        "install a JDK 25 or set JAVA_HOME to one");
  }

  private static Finding git() {
    String remedy = "install git 2.%d or newer".formatted(MINIMUM_GIT);
    try {
      Process process = new ProcessBuilder("git", "--version").redirectErrorStream(true).start();
      process.getOutputStream().close();
      String said =
          new String(process.getInputStream().readNBytes(1000), StandardCharsets.UTF_8).strip();
      Matcher version = GIT_VERSION.matcher(said);
      boolean well = version.find() && Integer.parseInt(version.group(1)) >= MINIMUM_GIT;
      return Finding.of("git", process.waitFor() == 0 && well, said, remedy);
    } catch (IOException e) {
      return Finding.missing("git", "not found", remedy);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Finding.missing("git", "interrupted", remedy);
    }
  }

  /** Whether a server can live in the data folder. */
  Finding folder() {
    int length = data.toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > MAX_DATA_BYTES) {
      return Finding.missing(
          "data folder",
          "%s has %d bytes".formatted(data, length),
          "set ERRAND_DATA to a path of at most %d bytes: sockets lie below it"
              .formatted(MAX_DATA_BYTES));
    }
    Optional<Finding> objection = new Installation(data).objection();
    if (objection.isPresent()) {
      return objection.get();
    }
    Path nearest = nearest();
    if (Files.isDirectory(nearest) && Files.isWritable(nearest) && Files.isExecutable(nearest)) {
      return Finding.well("data folder", data.toString());
    }
    return Finding.missing(
        "data folder",
        "%s cannot be made or written: %s is no folder that you may write to"
            .formatted(data, nearest),
        "change that, or set ERRAND_DATA to another folder");
  }

  /** What lies in the data folder, tried where that folder is or is to be. */
  Finding fileSystem() {
    Path nearest = nearest();
    String remedy = "set ERRAND_DATA to a folder on ext4, xfs, btrfs or the like";
    try {
      Path trial = Files.createTempDirectory(nearest, DataFolder.TRIAL);
      try {
        return trial(trial, remedy);
      } finally {
        Files.delete(trial);
      }
    } catch (IOException e) {
      return Finding.missing("file system", "%s holds no folder: %s".formatted(nearest, e), remedy);
    }
  }

  private static Finding trial(Path trial, String remedy) throws IOException {
    Path socket = trial.resolve("s");
    Path link = trial.resolve("l");
    String type = Files.getFileStore(trial).type();
    try (ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.bind(UnixDomainSocketAddress.of(socket));
      Files.createLink(link, socket);
      boolean room = Disks.canLieIn(trial);
      return Finding.of(
          "file system",
          room,
          room ? type : type + " gives files no room at once, and boxes have no disks there",
          remedy + ", or set errand.server.boxes.without to disk: boxes then have no limit");
    } catch (IOException | UnsupportedOperationException e) {
      return Finding.missing(
          "file system", "%s holds no sockets or no links: %s".formatted(type, e), remedy);
    } catch (ErrandException e) {
      return Finding.missing("file system", e.failure().message(), "install util-linux");
    } finally {
      Files.deleteIfExists(socket);
      Files.deleteIfExists(link);
    }
  }

  private Finding disk() {
    Path nearest = nearest();
    long free = nearest.toFile().getUsableSpace();
    String seen = "%.1f GiB free".formatted(free / (double) (1L << 30));
    return Finding.of(
        "disk",
        free >= MINIMUM_FREE_BYTES,
        free < ServerSettings.DEFAULT_DISK_RESERVE_BYTES
            ? seen + ", less than the reserve: no task is taken"
            : seen,
        "free space below %s, set ERRAND_DATA to a larger disk, or give environments less limits.disk"
            .formatted(nearest));
  }

  /** The data folder, or what exists of the way to it. */
  private Path nearest() {
    Path nearest = data;
    while (!Files.exists(nearest) && nearest.getParent() != null) {
      nearest = nearest.getParent();
    }
    return nearest;
  }

  /** Ids, signatures and expiries need a clock; it cannot be earlier than this program. */
  private Finding clock() {
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    Instant built = built();
    return Finding.of(
        "clock",
        now.plus(TIME_ZONES).isAfter(built),
        now.toString(),
        "set the machine's clock: this program was built at " + built);
  }

  /** By the class path: a class from the start-up cache does not always know where it lies. */
  private static Instant built() {
    String program = System.getProperty("java.class.path").split(File.pathSeparator)[0];
    try {
      return Files.getLastModifiedTime(Path.of(program))
          .toInstant()
          .truncatedTo(ChronoUnit.SECONDS);
    } catch (IOException e) {
      throw new UncheckedIOException("a program that runs lies somewhere", e);
    }
  }
}
