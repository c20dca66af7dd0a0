package dev.errand.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherFactory;

/** Boxes of a service that is not root's: they hold what others hold, and do what others do. */
class OrdinaryUserDockerTest {
  @TempDir Path folder;

  @Test
  void whatHoldsForRootHoldsForAnOrdinaryUser() throws IOException, InterruptedException {
    if (OrdinaryUser.isMe()) { // and so are all of these tests
      assertThat(OrdinaryUser.engine()).isWritable();
      return;
    }
    long expected =
        Escape.values().length
            + LauncherFactory.create()
                .discover(TestProcess.request())
                .countTestIdentifiers(TestIdentifier::isTest);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path home = Files.createTempDirectory("u-"); // short, as boxes' sockets lie below it
    OrdinaryUser.give(home);
    List<String> java =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-Djava.io.tmpdir=" + home,
            "-cp",
            readableClassPath(),
            TestProcess.class.getName());

    ProcessBuilder builder =
        new ProcessBuilder(Stream.concat(OrdinaryUser.command().stream(), java.stream()).toList())
            .directory(home.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("HOME", home.toString());
    Process tests = builder.start();
    String said = new String(tests.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(tests.waitFor()).as(said).isZero();
    assertThat(said).endsWith("%1$d of %1$d%n".formatted(expected));
    assertThat(home).as("what is left").isEmptyDirectory();
    Files.delete(home);
  }

  /** Maven's folder may be root's alone. */
  private String readableClassPath() throws IOException, InterruptedException {
    List<String> copies = new ArrayList<>();
    for (String place : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (Files.exists(Path.of(place))) {
        Path copy = folder.resolve(copies.size() + "-" + Path.of(place).getFileName());
        run("cp", "--recursive", place, copy.toString());
        copies.add(copy.toString());
      }
    }
    run("chmod", "--recursive", "go+rX", folder.toString());
    return String.join(File.pathSeparator, copies);
  }

  private static void run(String... command) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }
}
