package dev.errand.artifacts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.schemas.ids.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileArtifactStoreTest {
  private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);

  @TempDir private Path root;
  private FileArtifactStore store;

  @BeforeEach
  void open() throws IOException {
    store = new FileArtifactStore(root, DiskReserve.of(root, 0), 1_000);
  }

  @Test
  void storesBytesUnderTheirHash() throws IOException {
    Digest digest = store.put(new ByteArrayInputStream(HELLO));

    assertThat(digest.value())
        .isEqualTo("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    assertThat(read(digest)).isEqualTo(HELLO);
    assertThat(store.size(digest)).hasValue(5);
  }

  @Test
  void storesTheSameBytesOnceAndLeavesNoDraft() throws IOException {
    store.put(new ByteArrayInputStream(HELLO));
    store.put(new ByteArrayInputStream(HELLO));

    assertThat(files()).hasSize(1);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files().getFirst())))
        .isEqualTo("rw-------");
  }

  @Test
  void sweepsTheDraftsOfWhoHasDiedAndOfNobodyElse() throws IOException {
    Path left = Files.createFile(root.resolve("unfinished").resolve("draft-of-the-dead"));

    try (ArtifactWriter living = store.write()) {
      living.write(HELLO);
      open();

      assertThat(left).doesNotExist();
      assertThat(store.size(living.keep())).hasValue(HELLO.length);
    }
  }

  @Test
  void forgetsWhatWasNotKept() throws IOException {
    try (ArtifactWriter writer = store.write()) {
      writer.write(HELLO);
    }

    assertThat(files()).isEmpty();
  }

  @Test
  void hasNothingUnderAnUnknownDigest() throws IOException {
    Digest unknown = new Digest("0".repeat(64));

    assertThat(store.open(unknown)).isEmpty();
    assertThat(store.size(unknown)).isEmpty();
  }

  @Test
  void refusesMoreThanItsLimit() throws IOException {
    assertThatThrownBy(() -> store.put(new ByteArrayInputStream(new byte[1_001])))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("1,000 bytes");
    assertThat(files()).isEmpty();
  }

  private byte[] read(Digest digest) throws IOException {
    try (InputStream bytes = store.open(digest).orElseThrow()) {
      return bytes.readAllBytes();
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }
}
