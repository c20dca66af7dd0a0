package dev.errand.ingest;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Says whether the front door takes tasks. */
@Readiness
@ApplicationScoped
public class FrontDoorReady implements HealthCheck {
  private final FrontDoor door;

  @Inject
  FrontDoorReady(FrontDoor door) {
    this.door = door;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("front-door").status(door.ready()).build();
  }
}
