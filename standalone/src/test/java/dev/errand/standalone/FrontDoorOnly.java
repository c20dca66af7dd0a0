package dev.errand.standalone;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A broker and a front door in the test's own process, in a folder of their own: the real resources
 * over real HTTP, without workers. Tasks are admitted and stay queued. All tests that name it share
 * one.
 */
public final class FrontDoorOnly implements QuarkusTestResourceLifecycleManager {
  /** Few enough to fill the house, many more than a machine's cores. */
  static final int MAX_FOLLOWERS = 40;

  private @Nullable Path data;

  @Override
  public Map<String, String> start() {
    try {
      data = Files.createTempDirectory(Path.of("/tmp"), "errand-fd");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String httpPort = Integer.toString(Deployment.freePort());
    Map<String, String> settings = new HashMap<>();
    settings.put("quarkus.http.port", httpPort);
    settings.put("quarkus.http.test-port", httpPort);
    settings.put("errand.server.data", data.toString());
    settings.put("errand.server.services", "broker,ingest");
    settings.put("errand.server.kafka.port", Integer.toString(Deployment.freePort()));
    settings.put("errand.server.kafka.controller-port", Integer.toString(Deployment.freePort()));
    settings.put("errand.repositories.file-roots", "/tmp");
    settings.put("errand.ingest.max-followers", Integer.toString(MAX_FOLLOWERS));
    return settings;
  }

  @Override
  public void stop() {
    if (data != null) {
      Folders.delete(data);
    }
  }
}
