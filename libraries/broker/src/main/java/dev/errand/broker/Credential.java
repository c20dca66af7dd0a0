package dev.errand.broker;

import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

/**
 * The broker's one user and its password, in a file that is also what Kafka's tools take. Loopback
 * alone protects nothing on a machine with several users.
 */
final class Credential {
  private static final String USER = "errand";
  private static final String PASSWORD = "errand.broker.password";
  private static final int PASSWORD_BYTES = 32; // 256 bits: beyond guessing
  private static final Set<PosixFilePermission> OWNER_ONLY =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private final String password;

  private Credential(String password) {
    this.password = password;
  }

  /**
   * Reads the password from the file, or makes one when there is no file.
   *
   * @throws IOException when the file is there but anybody else may read it, or holds no password
   */
  static Credential in(Path file) throws IOException {
    if (!Files.exists(file)) {
      byte[] random = new byte[PASSWORD_BYTES];
      new SecureRandom().nextBytes(random);
      return new Credential(Base64.getUrlEncoder().withoutPadding().encodeToString(random));
    }
    if (!OWNER_ONLY.containsAll(Files.getPosixFilePermissions(file))) {
      throw new IOException("others may read " + file + ": remove it, or `chmod 600` it");
    }
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      properties.load(reader);
    }
    String password = properties.getProperty(PASSWORD, "");
    if (!password.matches("[A-Za-z0-9_-]{20,}")) {
      throw new IOException(file + " holds no " + PASSWORD + ": remove it to get a new one");
    }
    return new Credential(password);
  }

  /** What a client needs beside the bootstrap servers. */
  Map<String, String> clientProperties() {
    return Map.of(
        "security.protocol",
        "SASL_PLAINTEXT",
        "sasl.mechanism",
        "PLAIN",
        "sasl.jaas.config",
        login() + ";");
  }

  /** What a listener needs that lets this user in, and the node itself to log in with. */
  String listenerLogin() {
    return login() + " user_" + USER + "=\"" + password + "\";";
  }

  private String login() {
    return "org.apache.kafka.common.security.plain.PlainLoginModule required username=\""
        + USER
        + "\" password=\""
        + password
        + "\"";
  }

  /** Writes the file whole or not at all, so that a crash leaves no file without a password. */
  void write(Path file, String bootstrapServers) throws IOException {
    Properties properties = new Properties();
    properties.putAll(clientProperties());
    properties.setProperty("bootstrap.servers", bootstrapServers);
    properties.setProperty(PASSWORD, password);
    StringWriter text = new StringWriter();
    properties.store(text, "A Kafka client's settings for this installation's embedded broker.");
    Path parent = file.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Path next = file.resolveSibling(file.getFileName() + ".next");
    Files.deleteIfExists(next);
    Files.createFile(next, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    Files.writeString(next, text.toString(), StandardOpenOption.TRUNCATE_EXISTING);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
