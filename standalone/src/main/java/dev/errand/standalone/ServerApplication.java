package dev.errand.standalone;

import dev.errand.schemas.ErrandException;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import jakarta.inject.Inject;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server's process between its start and the signal that ends it. */
public class ServerApplication implements QuarkusApplication {
  private static final Logger LOG = LoggerFactory.getLogger(ServerApplication.class);

  private final Server server;

  @Inject
  ServerApplication(Server server) {
    this.server = server;
  }

  /** Returns the exit code: 0 asked to end, 1 could not start. */
  @Override
  public int run(String... arguments) throws InterruptedException {
    try {
      server.start();
    } catch (ErrandException e) {
      LOG.error("{}. Perhaps you should {}.", e.failure().message(), e.code().hint());
      return 1;
    }
    if (!server.isTraining()) {
      Quarkus.waitForExit();
    }
    return 0;
  }
}
