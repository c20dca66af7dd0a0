package dev.errand.standalone;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Says whether what runs in this process does its work, and what is missing if not. */
@Readiness
@ApplicationScoped
public class ServerReady implements HealthCheck {
  private final Server server;

  @Inject
  ServerReady(Server server) {
    this.server = server;
  }

  @Override
  public HealthCheckResponse call() {
    List<String> missing = server.missing();
    var response = HealthCheckResponse.named("errand").status(missing.isEmpty());
    return missing.isEmpty()
        ? response.build()
        : response.withData("missing", String.join(", ", missing)).build();
  }
}
