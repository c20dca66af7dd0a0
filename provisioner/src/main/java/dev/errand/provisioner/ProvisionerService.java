package dev.errand.provisioner;

import dev.errand.provisioner.snapshots.NodeCache;
import dev.errand.provisioner.turns.KeptBoxes;
import dev.errand.repositories.Mirrors;
import dev.errand.schemas.Held;
import dev.errand.schemas.ids.RunId;
import dev.errand.stage.StageHost;
import dev.errand.stage.StageRunner;
import dev.errand.stage.heartbeat.Heartbeat;
import dev.errand.stage.heartbeat.Heartbeat.Said;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;

/** What the provisioner's process is made of: three stages, the reaper and the heartbeat. */
public final class ProvisionerService implements AutoCloseable {
  private final NodeFitness fitness;
  private final Permits permits;
  private final StageRunner create;
  private final StageRunner checkOut;
  private final StageRunner setUp;
  private final NodeCache cache;
  private final KeptBoxes kept;
  private final Reaper reaper;
  private final Heartbeat heartbeat;
  private final Mirrors mirrors;
  private final InstantSource clock;

  public ProvisionerService(StageHost host, NodeTools tools, ProvisionerSettings settings) {
    ProbeBox probe = new ProbeBox(tools.engine(), tools.boxes());
    fitness = new NodeFitness(tools.engine(), tools.artifacts().reserve(), probe, host.clock());
    permits = new Permits(() -> total(settings), new NodeRuns(host), host.clock());
    cache = new NodeCache(host, tools.boxes(), settings.cacheBytes(), settings.standbys());
    kept = new KeptBoxes(host, tools.boxes(), settings.keep(), this::roomForKept);
    Checkout checkout = new Checkout(tools, settings, host.clock());
    Preparation preparation = new Preparation(tools, cache, checkout);
    create =
        new StageRunner(
            host, new CreateContainerStage(host, tools, preparation, kept, settings), this::room);
    checkOut =
        new StageRunner(
            host, new CheckOutStage(tools, checkout, settings), () -> Integer.MAX_VALUE);
    setUp =
        new StageRunner(
            host, new SetUpStage(tools, preparation, kept, settings), () -> Integer.MAX_VALUE);
    reaper =
        new Reaper(tools.boxes(), host, cache, kept, box -> probe.holds(box) || cache.holds(box));
    heartbeat = new Heartbeat(host, "provisioner", this::report);
    mirrors = tools.mirrors();
    clock = host.clock();
  }

  /** Nothing before the engine has said what it has. */
  private int total(ProvisionerSettings settings) {
    return settings
        .permits()
        .orElseGet(
            () ->
                fitness
                    .engine()
                    .map(engine -> Permits.fitting(engine.cpus(), engine.memoryBytes()))
                    .orElse(0));
  }

  /** Before it is known what the engine has, nothing needs to give way. */
  private int roomForKept() {
    return permits.total() == 0 ? Integer.MAX_VALUE : permits.free();
  }

  private int room() {
    return fitness.lack().isPresent() ? 0 : permits.free();
  }

  private Said report() {
    return new Said(
        permits.total(),
        room(),
        held(),
        fitness.lack().orElse(null),
        reaper.trouble().orElse(null));
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
    fitness.start(create::recall);
    reaper.start();
    create.start();
    checkOut.start();
    setUp.start();
    heartbeat.start();
    Thread.ofVirtual().name("tidy-mirrors").start(() -> mirrors.sweep(clock.instant()));
  }

  /** The runs that are being provisioned. */
  private List<Held> held() {
    return Stream.of(create, checkOut, setUp).flatMap(runner -> runner.held().stream()).toList();
  }

  /** Stops to draw and to watch; containers and what runs in them go on. */
  @Override
  public void close() {
    heartbeat.close();
    Stream.of(create, checkOut, setUp).forEach(StageRunner::stop); // so that each waits for all
    create.close();
    checkOut.close();
    setUp.close();
    reaper.close();
    kept.close();
    cache.close();
    fitness.close();
  }
}
