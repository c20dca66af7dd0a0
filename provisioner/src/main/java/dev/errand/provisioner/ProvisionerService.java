package dev.errand.provisioner;

import dev.errand.sandbox.EngineInfo;
import dev.errand.schemas.Event.Held;
import dev.errand.schemas.ids.RunId;
import dev.errand.stage.StageHost;
import dev.errand.stage.StageRunner;
import dev.errand.stage.heartbeat.Heartbeat;
import dev.errand.stage.heartbeat.Heartbeat.Said;
import java.util.List;
import java.util.stream.Stream;

/** What the provisioner's process is made of: three stages, the reaper and the heartbeat. */
public final class ProvisionerService implements AutoCloseable {
  private final Permits permits;
  private final StageRunner create;
  private final StageRunner checkOut;
  private final StageRunner setUp;
  private final Reaper reaper;
  private final Heartbeat heartbeat;

  public ProvisionerService(StageHost host, NodeTools tools, ProvisionerSettings settings) {
    int total = settings.permits().orElseGet(() -> fitting(tools.engine().info()));
    permits = new Permits(total, new NodeRuns(host), host.clock());
    create = new StageRunner(host, new CreateContainerStage(host, tools, settings), permits::free);
    checkOut =
        new StageRunner(
            host, new CheckOutStage(tools, settings, host.clock()), () -> Integer.MAX_VALUE);
    setUp = new StageRunner(host, new SetUpStage(tools, settings, total), () -> Integer.MAX_VALUE);
    reaper = new Reaper(tools.boxes(), host);
    heartbeat =
        new Heartbeat(host, "provisioner", () -> new Said(permits.total(), permits.free(), held()));
  }

  private static int fitting(EngineInfo engine) {
    return Permits.fitting(engine.cpus(), engine.memoryBytes());
  }

  private final class NodeRuns implements Permits.Runs {
    private final StageHost host;

    NodeRuns(StageHost host) {
      this.host = host;
    }

    @Override
    public List<RunId> placed() {
      return host.ledger().liveOn(host.node());
    }

    @Override
    public List<RunId> beingCreated() {
      return create.held().stream().map(Held::run).toList();
    }

    @Override
    public boolean hasBox(RunId run) {
      return host.ledger().hasBox(run);
    }
  }

  public void start() {
    reaper.start();
    create.start();
    checkOut.start();
    setUp.start();
    heartbeat.start();
  }

  /** The runs that are being provisioned. */
  private List<Held> held() {
    return Stream.of(create, checkOut, setUp).flatMap(runner -> runner.held().stream()).toList();
  }

  /** Stops to draw and to watch; containers and what runs in them go on. */
  @Override
  public void close() {
    heartbeat.close();
    create.close();
    checkOut.close();
    setUp.close();
    reaper.close();
  }
}
