package dev.errand.sandbox;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The programs with which a box's diff is made: the host's git, shell and what the script needs,
 * with their libraries and their loader, in one folder that a box sees read-only. Nothing of the
 * image takes part, for the agent was root in it.
 *
 * <p>Copied with three paths changed in place: where a program finds its loader, where the loader
 * looks for libraries to load first, and where the C library looks for character sets. All three
 * would else be files of the box. Source: docs/decisions/0006.
 */
final class BoxPrograms {
  /** The name below {@code /errand}; the runner knows it. */
  static final String NAME = "programs";

  /** How a diff's phase sees the folder: by a descriptor, which nobody can move. */
  static final String SEEN = "/proc/self/fd/8";

  private static final List<String> PROGRAMS =
      List.of("git", "bash", "cat", "chmod", "head", "mkdir", "sha256sum", "wc");
  private static final List<Path> PLACES = List.of(Path.of("/usr/bin"), Path.of("/bin"));
  private static final String PRELOAD = "/etc/ld.so.preload";
  private static final String LOADER = "ld.so";
  private static final String CHARACTER_SETS = "gconv";

  /** Lists the modules by absolute paths; without it, the C library reads the text beside it. */
  private static final String CHARACTER_SETS_CACHE = "gconv-modules.cache";

  private static final Pattern CHARACTER_SETS_PATH =
      Pattern.compile("/[!-~]{1,80}/gconv(?=(?:/gconv-modules\\.cache)?\\x00)");

  /** {@code libz.so.1 => /lib/libz.so.1 (0x...)}, or the loader's path alone. */
  private static final Pattern LIBRARY =
      Pattern.compile("\\s+(?:(\\S+) => )?(/\\S+) \\(0x[0-9a-f]+\\)");

  private static final Set<PosixFilePermission> READABLE =
      PosixFilePermissions.fromString("r-xr-xr-x");
  private static final Set<PosixFilePermission> PASSABLE =
      PosixFilePermissions.fromString("rwxr-xr-x");
  private static final int DIGEST_CHARACTERS = 16;

  /** File in the folder to file on the host. */
  private final Map<String, Path> sources = new TreeMap<>();

  private String loader = "";

  private BoxPrograms() {}

  /**
   * Ensures that the folder with this host's programs lies below the root. Its name holds a digest:
   * after an upgrade of the host, a new one lies beside the old one, which running boxes still use.
   *
   * @throws ErrandException ENGINE_FAILED when the host lacks one of the programs
   */
  static Path ensureIn(Path root) {
    BoxPrograms programs = new BoxPrograms();
    try {
      programs.find();
      Path folder = root.resolve(NAME + "-" + programs.digest());
      if (!Files.isDirectory(folder)) {
        programs.copyTo(folder);
      }
      return folder;
    } catch (IOException e) {
      throw new ErrandException(
          FailureCode.DISK_FULL, "the boxes' programs cannot be copied to " + root, e);
    } catch (NoSuchAlgorithmException e) {
      throw new ErrandException(FailureCode.BUG, "a JDK without SHA-256", e);
    }
  }

  private void find() throws IOException {
    for (String program : PROGRAMS) {
      Path path =
          PLACES.stream()
              .map(place -> place.resolve(program))
              .filter(Files::isExecutable)
              .findFirst()
              .orElseThrow(
                  () ->
                      new ErrandException(
                          FailureCode.ENGINE_FAILED,
                          "this machine has no '%s', which diffs are made with"
                              .formatted(program)));
      sources.put(program, path.toRealPath());
    }
    Path characterSets = null;
    for (Map.Entry<String, Path> library : libraries(List.copyOf(sources.values())).entrySet()) {
      sources.put(library.getKey(), library.getValue().toRealPath());
      Path beside = library.getValue().toRealPath().resolveSibling(CHARACTER_SETS);
      characterSets = Files.isDirectory(beside) ? beside : characterSets;
    }
    if (characterSets != null) {
      addAll(characterSets);
    }
  }

  private void addAll(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      files
          .filter(Files::isRegularFile)
          .filter(file -> !file.endsWith(CHARACTER_SETS_CACHE))
          .forEach(file -> sources.put(folder.relativize(file).toString(), file));
    }
  }

  /** Name to path; a program without libraries has no loader either. */
  private Map<String, Path> libraries(Collection<Path> programs) throws IOException {
    List<String> line = new ArrayList<>(List.of("ldd"));
    programs.forEach(program -> line.add(program.toString()));
    Process ldd = new ProcessBuilder(line).redirectErrorStream(true).start();
    Map<String, Path> libraries = new LinkedHashMap<>();
    String listing = new String(ldd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    for (String text : listing.lines().toList()) {
      Matcher library = LIBRARY.matcher(text);
      if (library.matches()) {
        Path path = Path.of(library.group(2));
        boolean isLoader = library.group(1) == null;
        loader = isLoader ? path.toString() : loader;
        libraries.put(isLoader ? LOADER : library.group(1), path);
      }
    }
    return libraries;
  }

  private String digest() throws IOException, NoSuchAlgorithmException {
    StringBuilder text = new StringBuilder(SEEN);
    for (Map.Entry<String, Path> source : sources.entrySet()) {
      Path path = source.getValue();
      text.append('\n').append(source.getKey()).append(' ').append(path).append(' ');
      text.append(Files.size(path)).append(' ').append(Files.getLastModifiedTime(path).toMillis());
    }
    byte[] digest =
        MessageDigest.getInstance("SHA-256")
            .digest(text.toString().getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(digest).substring(0, DIGEST_CHARACTERS);
  }

  private void copyTo(Path folder) throws IOException {
    Path draft = Files.createTempDirectory(folder.getParent(), NAME + "-");
    for (Map.Entry<String, Path> source : sources.entrySet()) {
      Path file = draft.resolve(source.getKey());
      Files.createDirectories(file.getParent());
      Files.write(file, ours(Files.readAllBytes(source.getValue())));
      Files.setPosixFilePermissions(file, READABLE);
    }
    // A box's root is a stranger to this user's files, and the user's mask may close new folders.
    try (Stream<Path> all = Files.walk(draft)) {
      for (Path made : all.filter(Files::isDirectory).toList()) {
        Files.setPosixFilePermissions(made, PASSABLE);
      }
    }
    try {
      Files.move(draft, folder, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) { // of no better type when the folder is there and not empty
      remove(draft);
      if (!Files.isDirectory(folder)) {
        throw e;
      }
    }
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private byte[] ours(byte[] program) {
    String bytes = new String(program, StandardCharsets.ISO_8859_1); // one character for each byte
    if (!loader.isEmpty()) {
      bytes = bytes.replace(loader + "\0", padded(loader.length(), LOADER) + "\0");
    }
    bytes = bytes.replace(PRELOAD + "\0", padded(PRELOAD.length(), "-") + "\0");
    bytes =
        CHARACTER_SETS_PATH.matcher(bytes).replaceAll(found -> padded(found.group().length(), ""));
    return bytes.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** The file's path in the folder, made as long as the one that it replaces. */
  private static String padded(int length, String file) {
    return SEEN + "/".repeat(length - SEEN.length() - file.length()) + file;
  }
}
