package dev.errand.provisioner;

import dev.errand.sandbox.EngineInfo;
import dev.errand.schemas.Event.Held;
import dev.errand.stage.StageHost;
import dev.errand.stage.StageRunner;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What the provisioner's process is made of: three stages, the reaper and the node's report. */
public final class ProvisionerService implements AutoCloseable {
  private final Permits permits;
  private final StageRunner create;
  private final StageRunner checkOut;
  private final StageRunner setUp;
  private final Reaper reaper;
  private final NodeReporter reporter;

  /**
   * @param others what the node's other services hold, where they run in this process: the node's
   *     report names it too
   */
  public ProvisionerService(
      StageHost host, NodeTools tools, ProvisionerSettings settings, Supplier<List<Held>> others) {
    int total = settings.permits().orElseGet(() -> fitting(tools.engine().info()));
    permits = new Permits(total, () -> host.ledger().liveOn(host.node()), this::beingPlaced);
    create = new StageRunner(host, new CreateContainerStage(host, tools, settings), permits::free);
    checkOut =
        new StageRunner(
            host, new CheckOutStage(tools, settings, host.clock()), () -> Integer.MAX_VALUE);
    setUp = new StageRunner(host, new SetUpStage(tools, settings, total), () -> Integer.MAX_VALUE);
    reaper = new Reaper(tools.boxes(), host.ledger(), host.node());
    reporter =
        new NodeReporter(
            host, permits, () -> Stream.concat(held().stream(), others.get().stream()).toList());
  }

  private static int fitting(EngineInfo engine) {
    return Permits.fitting(engine.cpus(), engine.memoryBytes());
  }

  private List<Held> beingPlaced() {
    return create.held();
  }

  public void start() {
    reaper.start();
    create.start();
    checkOut.start();
    setUp.start();
    reporter.start();
  }

  /** The runs that are being provisioned. */
  public List<Held> held() {
    return Stream.of(create, checkOut, setUp).flatMap(runner -> runner.held().stream()).toList();
  }

  /** How many attempts this node holds at once. */
  public int permits() {
    return permits.total();
  }

  /** Stops to draw and to watch; containers and what runs in them go on. */
  @Override
  public void close() {
    reporter.close();
    create.close();
    checkOut.close();
    setUp.close();
    reaper.close();
  }
}
