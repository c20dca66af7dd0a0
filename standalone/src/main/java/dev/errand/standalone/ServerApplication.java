package dev.errand.standalone;

import dev.errand.agentrunner.AgentRunnerSettings;
import dev.errand.diffcollector.DiffCollectorSettings;
import dev.errand.egress.EgressSettings;
import dev.errand.ingest.IngestSettings;
import dev.errand.provisioner.ProvisionerSettings;
import dev.errand.repositories.RepositorySettings;
import dev.errand.schemas.ErrandException;
import dev.errand.standalone.Finding.ObstacleException;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.smallrye.config.SmallRyeConfig;
import jakarta.inject.Inject;
import java.io.UncheckedIOException;
import org.eclipse.microprofile.config.ConfigProvider;
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
      requireSettings();
      server.start();
    } catch (ErrandException e) {
      LOG.error("{}. Perhaps you should {}.", e.failure().message(), e.code().hint());
      return 1;
    } catch (ObstacleException e) {
      LOG.error("{}", e.getMessage());
      return 1;
    } catch (UncheckedIOException e) {
      LOG.error("{}. Perhaps you should restore that file from a backup.", e.getMessage());
      LOG.debug("The cause", e);
      return 1;
    }
    if (!server.isTraining()) {
      Quarkus.waitForExit();
    }
    return 0;
  }

  /** Before anything is made or started for settings that are refused. */
  private static void requireSettings() {
    Installation installation = Installation.of(System.getenv());
    SmallRyeConfig config = ConfigProvider.getConfig().unwrap(SmallRyeConfig.class);
    try {
      installation.requireKnownSettings(config);
      ServerSettings.require(config.getConfigMapping(ServerSettings.class));
      IngestSettings.require(config.getConfigMapping(IngestSettings.class));
      ProvisionerSettings.require(config.getConfigMapping(ProvisionerSettings.class));
      AgentRunnerSettings.require(config.getConfigMapping(AgentRunnerSettings.class));
      DiffCollectorSettings.require(config.getConfigMapping(DiffCollectorSettings.class));
      EgressSettings.require(config.getConfigMapping(EgressSettings.class));
      RepositorySettings.require(config.getConfigMapping(RepositorySettings.class));
    } catch (IllegalArgumentException e) {
      throw installation.refusedSetting(String.valueOf(e.getMessage()));
    }
  }
}
