package dev.errand.broker;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Kafka broker and controller in this JVM. What was acknowledged before a kill -9 of the process
 * is there after a start on the same folder; two processes on one folder exclude each other.
 *
 * <p>The only file that touches Kafka's server classes, which are no public API. Kafka ends the JVM
 * by itself when its disk fails, and says so first.
 */
public final class EmbeddedBroker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBroker.class);
  private static final String META_PROPERTIES = "meta.properties";

  private final KafkaRaftServer server;
  private final Credential credential;
  private final String bootstrapServers;

  private EmbeddedBroker(KafkaRaftServer server, Credential credential, String bootstrapServers) {
    this.server = server;
    this.credential = credential;
    this.bootstrapServers = bootstrapServers;
  }

  /**
   * Starts a broker and returns when clients can use it; formats the folder at the first start.
   *
   * @throws ErrandException BROKER_UNAVAILABLE when a port is taken, the folder is another
   *     process's, or a file cannot be written
   */
  public static EmbeddedBroker start(BrokerSettings settings) {
    int port = freePort(settings.host(), settings.port());
    int controllerPort = freePort(BrokerProperties.CONTROLLER_HOST, settings.controllerPort());
    String address = settings.host() + ":" + port;
    try {
      Files.createDirectories(settings.directory());
      Credential credential = Credential.in(settings.credentialFile());
      credential.write(settings.credentialFile(), address);
      formatWhenNew(settings.directory());
      Exit.setHaltProcedure((status, message) -> halt(settings.directory(), status));
      KafkaRaftServer server =
          new KafkaRaftServer(
              KafkaConfig.fromProps(
                  BrokerProperties.of(settings, port, controllerPort, credential.listenerLogin())),
              Time.SYSTEM);
      server.startup();
      LOG.info("Kafka is ready on {}, with its data in {}", address, settings.directory());
      return new EmbeddedBroker(server, credential, address);
    } catch (IOException | RuntimeException e) {
      throw new ErrandException(
          FailureCode.BROKER_UNAVAILABLE,
          "the embedded broker did not start on " + settings.directory() + ": " + e.getMessage(),
          e);
    }
  }

  /** What a disk that fails leaves to do: no record may be acknowledged any more. */
  private static void halt(Path directory, int status) {
    LOG.error(
        "Kafka ends this process, as it cannot write to {}. Perhaps you should free space there,"
            + " and start Errand again: nothing that was acknowledged is lost.",
        directory);
    Runtime.getRuntime().halt(status);
  }

  /** Host and port, as clients take it. */
  public String bootstrapServers() {
    return bootstrapServers;
  }

  /** What a client needs beside {@link #bootstrapServers()}: security only. */
  public Map<String, String> clientProperties() {
    return credential.clientProperties();
  }

  /** Returns when every log is on the disk and the ports are free; seconds. */
  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }

  private static int freePort(String host, int wanted) {
    InetSocketAddress address = new InetSocketAddress(host, wanted);
    if (address.isUnresolved()) {
      throw new ErrandException(
          FailureCode.BROKER_UNAVAILABLE, "%s is no name of this machine".formatted(host));
    }
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true); // a restart may not wait for old connections to time out
      socket.bind(address);
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new ErrandException(
          FailureCode.BROKER_UNAVAILABLE,
          "port %d on %s is taken, or %s is another machine: stop what listens there, or set another"
              .formatted(wanted, host, host),
          e);
    }
  }

  private static void formatWhenNew(Path directory) throws IOException {
    if (Files.exists(directory.resolve(META_PROPERTIES))) {
      return;
    }
    try (PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
      new Formatter()
          .setPrintStream(nowhere)
          .setNodeId(BrokerProperties.NODE_ID)
          .setClusterId(Uuid.randomUuid().toString())
          .setControllerListenerName(BrokerProperties.CONTROLLER_LISTENER)
          .setMetadataLogDirectory(directory.toString())
          .addDirectory(directory.toString())
          .run();
    } catch (Exception e) { // what Kafka declares
      throw new IOException("cannot format " + directory, e);
    }
  }
}
