package dev.errand.cli.apply;

import dev.errand.cli.terminal.SafeText;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A path in a working tree as git sees it: bytes, of which each is one character here. It stays
 * inside the tree and outside of git's own folder.
 *
 * <p>Source: git's verify_path and its protections for HFS and NTFS, where `.git` has more
 * spellings than one.
 */
record TreePath(String bytes) implements Comparable<TreePath> {
  private static final int MAX_BYTES = 4096;

  /** Characters that HFS leaves out when it compares names, as UTF-8. */
  private static final String HFS_IGNORED =
      "\u00e2\u0080[\u008c-\u008f\u00aa-\u00ae]|\u00e2\u0081[\u00aa-\u00af]|\u00ef\u00bb\u00bf";

  /**
   * @throws IllegalArgumentException when it would lie anywhere else
   */
  TreePath {
    boolean fits = !bytes.isEmpty() && bytes.length() <= MAX_BYTES && bytes.indexOf('\0') < 0;
    if (!fits || !List.of(bytes.split("/", -1)).stream().allMatch(TreePath::allowed)) {
      throw new IllegalArgumentException("the path '" + shown(bytes) + "' leaves the tree");
    }
  }

  private static boolean allowed(String part) {
    String plain = part.replaceAll(HFS_IGNORED, "").toLowerCase(Locale.ROOT);
    // NTFS: a stream's name, trailing dots and spaces are dropped; a short name stands for the
    // long.
    String ntfs = plain.replaceAll(":.*$", "").replaceAll("[. ]+$", "");
    boolean gitFolder = isGitFolder(plain) || isGitFolder(ntfs);
    return !part.isEmpty() && !part.equals(".") && !part.equals("..") && !gitFolder;
  }

  private static boolean isGitFolder(String name) {
    return name.equals(".git") || name.equals("git~1");
  }

  /** Whether a symbolic link here with this target, in bytes, stays inside the tree. */
  boolean linkStaysInside(String target) {
    if (target.isEmpty() || target.startsWith("/") || target.indexOf('\\') >= 0) {
      return false;
    }
    int depth = bytes.split("/", -1).length - 1;
    for (String part : target.split("/", -1)) {
      if (part.equals("..")) {
        depth--;
      } else if (!part.isEmpty() && !part.equals(".")) {
        if (!allowed(part)) {
          return false;
        }
        depth++;
      }
      if (depth < 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether it lies below the other one. */
  boolean below(TreePath other) {
    return bytes.startsWith(other.bytes + "/");
  }

  /** The folders that it lies in, in bytes, from the top down. */
  Stream<String> parents() {
    return IntStream.range(0, bytes.length())
        .filter(i -> bytes.charAt(i) == '/')
        .mapToObj(i -> bytes.substring(0, i));
  }

  /** Where it lies below the tree's top; empty when this locale cannot spell it. */
  Optional<Path> in(Path top) {
    byte[] raw = bytes.getBytes(StandardCharsets.ISO_8859_1);
    try {
      return Optional.of(
          top.resolve(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(raw)).toString()));
    } catch (CharacterCodingException | InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** For people: as UTF-8, without control characters. */
  String shown() {
    return shown(bytes);
  }

  /** The same for what need not be such a path. */
  static String shown(String bytes) {
    byte[] raw = bytes.getBytes(StandardCharsets.ISO_8859_1);
    return SafeText.line(new String(raw, StandardCharsets.UTF_8));
  }

  @Override
  public int compareTo(TreePath other) {
    return bytes.compareTo(other.bytes);
  }
}
