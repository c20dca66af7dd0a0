package dev.errand.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The script in front of both programs, with a JDK that only says how it was called. */
@Timeout(60)
final class LauncherTest {
  private static final Path CHECKOUT = Path.of("..").toAbsolutePath().normalize();

  @TempDir private Path folder;

  private record Ran(int exit, String said) {}

  @BeforeEach
  void install() throws IOException {
    Path bin = Files.createDirectories(folder.resolve("home/bin"));
    Files.copy(CHECKOUT.resolve("errand"), folder.resolve("home/errand"));
    for (String part : List.of("find-jdk", "java-options")) {
      Files.copy(CHECKOUT.resolve("bin").resolve(part), bin.resolve(part));
    }
    Files.createDirectories(folder.resolve("home/cli/target"));
    Files.createDirectories(folder.resolve("home/standalone/target/quarkus-app"));
    jdk("new", "25.0.3");
  }

  private void jdk(String name, String version) throws IOException {
    Path jdk = folder.resolve(name);
    Files.createDirectories(jdk.resolve("bin"));
    Files.writeString(jdk.resolve("release"), "X=\"1\"\nJAVA_VERSION=\"" + version + "\"\n");
    for (String program : List.of("java", "javac")) {
      Path file =
          Files.writeString(jdk.resolve("bin").resolve(program), "#!/bin/sh\necho \"$@\"\n");
      assertThat(file.toFile().setExecutable(true)).isTrue();
    }
  }

  private Ran run(String... arguments) throws IOException, InterruptedException {
    return runAs("home/errand", "new", arguments);
  }

  /** With one JDK in JAVA_HOME, and the new one on the PATH. */
  private Ran runAs(String script, String jdk, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(folder.resolve(script).toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(Path.of("/").toFile()).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", folder.resolve(jdk).toString());
    builder.environment().merge("PATH", folder.resolve("new/bin").toString(), LauncherTest::before);
    Process process = builder.start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ran(process.waitFor(), said);
  }

  private static String before(String path, String first) {
    return first + ":" + path;
  }

  @ParameterizedTest
  @CsvSource({
    "up, quarkus-run.jar up",
    "down, quarkus-run.jar down",
    "doctor --json, quarkus-run.jar doctor --json",
    "--json doctor, quarkus-run.jar doctor --json",
    "serve, quarkus-run.jar serve",
    "up --help, cli-0.1.0.jar up --help",
    "doctor -h, cli-0.1.0.jar doctor -h",
    "cloud list, cli-0.1.0.jar cloud list",
    "--json cloud exec up, cli-0.1.0.jar --json cloud exec up",
    "--help, cli-0.1.0.jar --help",
  })
  void eachCommandGoesToItsProgram(String line, String end) throws Exception {
    Ran ran = run(line.split(" "));

    assertThat(ran.exit()).isZero();
    assertThat(ran.said()).contains("-XX:+UseSerialGC ").endsWith("/" + end + "\n");
  }

  @Test
  void wordsStayWords() throws Exception {
    assertThat(run("cloud", "exec", "two  words * $HOME").said())
        .endsWith(".jar cloud exec two  words * $HOME\n");
  }

  @ParameterizedTest
  @CsvSource({"cloud list", "up"})
  void homeIsWhatTheShellCallsSo(String line) throws Exception {
    assertThat(run(line.split(" ")).said()).contains(" -Duser.home=" + System.getenv("HOME") + " ");
  }

  @Test
  void theCacheIsUsedWhereThereIsOne() throws Exception {
    assertThat(run("cloud").said()).doesNotContain("AOTCache");

    Files.writeString(folder.resolve("home/cli/target/errand.aot"), "");

    assertThat(run("cloud").said()).contains("-XX:AOTCache=" + folder);
    assertThat(run("up").said()).doesNotContain("AOTCache");
  }

  /** After an update of the JDK no cache fits any more, until the next build. */
  @Test
  void aCacheThatDoesNotFitIsNotWorthAWord() throws Exception {
    Files.writeString(folder.resolve("home/cli/target/errand.aot"), "no cache");
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.put(Attributes.Name.MAIN_CLASS, Command.class.getName());
    attributes.put(
        Attributes.Name.CLASS_PATH,
        Command.class.getProtectionDomain().getCodeSource().getLocation().toString());
    Path jar = folder.resolve("home/cli/target/cli-0.1.0.jar");
    new JarOutputStream(Files.newOutputStream(jar), manifest).close();

    assertThat(runAs("home/errand", System.getProperty("java.home"), "cloud").said())
        .isEqualTo("ran with cloud\n");
  }

  /** Stands for the client, in a real JVM. */
  static final class Command {
    private Command() {}

    public static void main(String[] arguments) {
      System.out.println("ran with " + String.join(" ", arguments));
    }
  }

  @Test
  void aLinkToItWorks() throws Exception {
    Files.createSymbolicLink(folder.resolve("link"), folder.resolve("home/errand"));

    assertThat(runAs("link", "new", "cloud").said())
        .endsWith("-jar " + folder + "/home/cli/target/cli-0.1.0.jar cloud\n");
  }

  @Test
  void aJdkThatIsTooOldOrNoneIsPassedOver() throws Exception {
    jdk("old", "17.0.2");
    Files.writeString(folder.resolve("old/bin/java"), "#!/bin/sh\necho the old one\n");

    assertThat(runAs("home/errand", "old", "cloud").said()).endsWith("cli-0.1.0.jar cloud\n");
    assertThat(runAs("home/errand", "none", "cloud").said()).endsWith("cli-0.1.0.jar cloud\n");
  }

  @Test
  void withoutABuildItSaysHowToMakeOne() throws Exception {
    Files.delete(folder.resolve("home/cli/target"));

    Ran ran = run("cloud");

    assertThat(ran.exit()).isEqualTo(1);
    assertThat(ran.said())
        .isEqualTo("errand: not built yet. Run: make -C " + folder + "/home build\n");
  }
}
