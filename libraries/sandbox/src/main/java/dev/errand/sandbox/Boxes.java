package dev.errand.sandbox;

import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import dev.errand.sandbox.BoxesSettings.Isolation.Rule;
import dev.errand.sandbox.disks.DiskHost;
import dev.errand.sandbox.disks.Disks;
import dev.errand.sandbox.disks.FrozenDisks;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.RunId;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * All boxes of one installation on one node. Thread-safe. A box has two names that the engine keeps
 * unique: {@code errand-box-<id>} from its creation, {@code errand-<run>} from its claim. Who has
 * died half-way finds by them what is there and goes on.
 */
public final class Boxes implements AutoCloseable {
  static final String RUNNER_INSIDE = "/errand/runner";
  public static final String SOCKETS_INSIDE = "/errand/box"; // and files for one phase
  public static final String PROGRAMS_INSIDE = "/errand/" + BoxPrograms.NAME;

  /**
   * Where the diff's phase finds what is mounted below {@code /errand}: a descriptor, since the
   * agent may have moved that folder and put another in its place.
   */
  public static final String FOLDER_OF_DIFF = "/proc/self/fd/9";

  private static final String INSTALLATION_LABEL = "errand.installation";
  private static final String NODE_LABEL = "errand.node";
  private static final String ROLE_LABEL = "errand.role";
  private static final String ENVIRONMENT_LABEL = "errand.environment";
  private static final String FINGERPRINT_LABEL = "errand.fingerprint";

  /** Starting containers is bound by the processor: more at once only makes each slower. */
  private static final int STARTS_PER_CPU = 2;

  private final BoxesSettings settings;
  private final Containers containers;
  private final BoxFolders folders;
  private final Path programs;
  private final Disks disks;
  private final EventLoopGroup group;
  private final Semaphore starts =
      new Semaphore(STARTS_PER_CPU * Runtime.getRuntime().availableProcessors());

  /** Makes the root folder, puts the runner and the diff's programs there; DISK_FULL when not. */
  public Boxes(Engine engine, BoxesSettings settings) {
    this.settings = settings;
    this.containers = new Containers(engine, settings);
    this.folders = new BoxFolders(settings.root());
    this.programs = BoxPrograms.ensureIn(settings.root());
    DiskHost host = hostOfDisks(engine);
    this.disks = settings.isolation().holds(Rule.DISK) ? Disks.of(host) : Disks.none(host);
    this.group = new EpollEventLoopGroup(1, new DefaultThreadFactory("boxes", true));
  }

  /**
   * Ensures that the box exists and its runner waits; the same id again is the same box.
   * IMAGE_NOT_FOUND when the engine does not have the image, BOX_LOST when the box has died
   * already, DISK_FULL when its disk does not fit, ENGINE_FAILED when it cannot be laid.
   */
  public Box create(BoxSpec spec) {
    if (!folders.make(spec.id())) {
      Optional<Containers.State> earlier =
          find(spec.id()).flatMap(box -> containers.inspect(box.containerId()));
      if (earlier.isPresent() && !earlier.get().fresh()) {
        earlier.get().requireRunning(); // started again, it would not know what it has executed
        disks.attach(spec.id(), earlier.get().pid(), frozen(spec));
        return Box.of(earlier.get());
      }
    }
    starts.acquireUninterruptibly();
    String name = Box.UNCLAIMED + spec.id();
    try {
      disks.make(spec.id(), spec.limits().diskBytes());
      containers.create(spec, name, labels(spec), mounts(spec));
      Containers.State made =
          containers.inspect(name).orElseThrow(() -> EngineErrors.lost(name + " has vanished"));
      if (!isOurs(made)) { // the engine keeps names unique beyond one installation
        throw EngineErrors.ofAnother(made.id());
      }
      made.requireRunning();
      disks.attach(spec.id(), made.pid(), frozen(spec));
      return Box.of(made);
    } catch (ErrandException failed) {
      discard(spec.id(), name, failed);
      throw failed;
    } finally {
      starts.release();
    }
  }

  private static @Nullable BoxId frozen(BoxSpec spec) {
    return spec.prepared() == null ? null : spec.prepared().box();
  }

  private List<Mount> mounts(BoxSpec spec) {
    List<Mount> mounts = new ArrayList<>();
    mounts.add(readOnly(folders.runner().toString(), RUNNER_INSIDE));
    mounts.add(readOnly(folders.of(spec.id()).toString(), SOCKETS_INSIDE));
    mounts.add(readOnly(programs.toString(), PROGRAMS_INSIDE));
    spec.mounts().forEach(mount -> mounts.add(readOnly(mount.host().toString(), mount.inside())));
    return mounts;
  }

  static Mount readOnly(String host, String inside) {
    return new Mount()
        .withType(MountType.BIND)
        .withSource(host)
        .withTarget(inside)
        .withReadOnly(true);
  }

  /** What a failed creation has made already; the failure itself is what the caller hears of. */
  private void discard(BoxId id, String name, ErrandException failed) {
    try {
      containers
          .inspect(name)
          .filter(this::isOurs)
          .ifPresent(made -> containers.removeWholly(made.id()));
      removeFolder(id);
    } catch (ErrandException later) {
      failed.addSuppressed(later);
    }
  }

  private Map<String, String> labels(BoxSpec spec) {
    Map<String, String> labels = labels("box");
    labels.put(Box.ID_LABEL, spec.id().value());
    labels.put(ENVIRONMENT_LABEL, spec.environment().value());
    BoxSpec.Prepared prepared = spec.prepared(); // images have labels, which these replace
    labels.put(Box.PREPARED_LABEL, prepared == null ? "" : prepared.box().value());
    labels.put(FINGERPRINT_LABEL, prepared == null ? "" : prepared.fingerprint());
    return labels;
  }

  private Map<String, String> labels(String role) {
    Map<String, String> labels = new LinkedHashMap<>(ours());
    labels.put(ROLE_LABEL, role);
    return labels;
  }

  private Map<String, String> ours() {
    return Map.of(INSTALLATION_LABEL, settings.installation(), NODE_LABEL, settings.node().value());
  }

  /**
   * Gives the box to a run. When another box has the run already, that one is returned, and the
   * caller removes its own. BOX_LOST when the box is gone.
   */
  public Box claim(Box box, RunId run) {
    if (!run.equals(box.run()) && !containers.rename(box.containerId(), Box.CLAIMED + run)) {
      return find(run).orElseThrow(() -> EngineErrors.ofAnother(run.toString()));
    }
    return new Box(box.id(), run, box.containerId(), box.running(), box.labels());
  }

  /** The box that the run has claimed, running or dead. */
  public Optional<Box> find(RunId run) {
    return containers.inspect(Box.CLAIMED + run).filter(this::isOurs).map(Box::of);
  }

  /** The box with this id, claimed or not, running or dead. */
  public Optional<Box> find(BoxId id) {
    Map<String, String> labels = new LinkedHashMap<>(ours());
    labels.put(Box.ID_LABEL, id.value());
    return containers.list(labels).stream().map(Box::of).findFirst();
  }

  /** Every box of this installation on this node, claimed or not, running or dead. */
  public List<Box> all() {
    return containers.list(ours()).stream()
        .filter(listed -> listed.getLabels().containsKey(Box.ID_LABEL))
        .map(Box::of)
        .toList();
  }

  /**
   * Ensures that nothing is left of the box: container, anonymous volumes, folder, sockets. Kills
   * whatever runs in it. ENGINE_FAILED, with what to look at, when something stays; the room of its
   * disk is then still taken.
   */
  public void remove(Box box) {
    try {
      containers.removeWholly(box.containerId());
    } catch (ErrandException failed) {
      throw EngineErrors.stays(box.id(), failed, "docker inspect " + box.containerId());
    }
    removeFolder(box.id());
  }

  /**
   * Ends the box and keeps what it wrote, which other boxes can start from and nobody can change.
   * Repeating it changes nothing. Fails as {@link #remove} does, and ENGINE_FAILED where boxes have
   * no disks of their own.
   *
   * @return the bytes that it takes on the host
   */
  public long freeze(Box box) {
    containers.removeWholly(box.containerId());
    long bytes = disks.frozen().freeze(box.id());
    removeFolder(box.id());
    return bytes;
  }

  /** What boxes have left to others. */
  public FrozenDisks frozen() {
    return disks.frozen();
  }

  /** Folders of boxes that no container has: what a crash between the two left behind. */
  public List<BoxId> orphanedFolders() {
    List<BoxId> ids = new ArrayList<>(folders.all());
    all().forEach(box -> ids.remove(box.id()));
    return List.copyOf(ids);
  }

  /** Removes a folder that {@link #orphanedFolders} named; fails as {@link #remove} does. */
  public void removeFolder(BoxId id) {
    try {
      disks.remove(id);
      folders.remove(id);
    } catch (ErrandException failed) {
      throw EngineErrors.stays(id, failed, "fuser -vm " + folders.of(id));
    }
  }

  /** How boxes are kept apart here. */
  public BoxesSettings.Isolation isolation() {
    return settings.isolation();
  }

  /**
   * Takes over the box's control channel: an earlier session of any process ends. BOX_LOST when the
   * container is dead or its runner does not answer, OUT_OF_MEMORY when its memory limit killed it.
   *
   * @throws InterruptedException when interrupted, or when a later session has taken it meanwhile
   */
  public BoxSession open(Box box) throws InterruptedException {
    Containers.State state = state(box);
    state.requireRunning();
    folders.make(box.id()); // a folder that was lost would make the next line fail for ever
    ControlSocket socket = ControlSocket.bind(group, folders.of(box.id()), state.pid());
    return BoxSession.open(socket, () -> state(box), state.environment());
  }

  private Containers.State state(Box box) {
    return containers
        .inspect(box.containerId())
        .orElseThrow(() -> EngineErrors.lost("the container of %s is gone".formatted(box.id())));
  }

  /**
   * Where a socket of this name is bound, on the host, so that the box's phases can reach it. It
   * must be writable for all: its folder's parent is closed to other users.
   */
  public Path socket(Box box, String name) {
    return folders.of(box.id()).resolve(name);
  }

  private boolean isOurs(Containers.State state) {
    return ours().entrySet().stream()
        .allMatch(label -> label.getValue().equals(state.labels().get(label.getKey())));
  }

  /** Ends all sessions; boxes stay. */
  @Override
  public void close() {
    disks.close();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  /** What disks are laid with here. */
  DiskHost hostOfDisks(Engine engine) {
    return new BoxFolders.OfDisks(
        folders, engine, containers, labels("mounter"), settings.reserveBytes());
  }
}
