package dev.errand.standalone;

import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;

/** What {@code main} does, where the test runner is the process's main. */
@ApplicationScoped
class StartedServer {
  private final Server server;

  @Inject
  StartedServer(Server server) {
    this.server = server;
  }

  void start(@Observes StartupEvent event) throws InterruptedException {
    server.start();
  }
}
