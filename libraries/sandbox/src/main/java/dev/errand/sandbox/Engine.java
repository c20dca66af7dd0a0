package dev.errand.sandbox;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Info;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import java.io.IOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The container engine. Thread-safe. Every call throws ENGINE_UNAVAILABLE when the engine does not
 * answer and ENGINE_FAILED when it refuses, unless it says otherwise.
 */
public final class Engine implements AutoCloseable {
  /** The least that we need: 1.41 is Docker 20.10's. Engines from 29 on speak it when told to. */
  private static final String API_VERSION = "1.41";

  /** One connection for each call under way; more wait for a free one. */
  private static final int MAX_CONNECTIONS = 64;

  private static final long PULL_MINUTES = 30;

  private final DockerClient client;
  private final URI host;
  private final ExecutorService callers;

  private Engine(DockerClient client, URI host) {
    this.client = client;
    this.host = host;
    this.callers =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("engine-", 0).factory());
  }

  /** As {@link #open}, and ENGINE_UNAVAILABLE when nothing answers. */
  public static Engine connect(EngineSettings settings) {
    Engine engine = open(settings);
    try {
      engine.requireAnswer();
      return engine;
    } catch (ErrandException thrown) {
      engine.close();
      throw thrown;
    }
  }

  /** The engine at this address, whether it is there or not: it may come and go. */
  public static Engine open(EngineSettings settings) {
    DefaultDockerClientConfig config =
        DefaultDockerClientConfig.createDefaultConfigBuilder()
            .withDockerHost(settings.host().toString())
            .withDockerTlsVerify(false)
            .withApiVersion(API_VERSION)
            .build();
    ZerodepDockerHttpClient http =
        new ZerodepDockerHttpClient.Builder()
            .dockerHost(settings.host())
            .maxConnections(MAX_CONNECTIONS)
            .responseTimeout(settings.timeout())
            .build();
    return new Engine(DockerClientImpl.getInstance(config, http), settings.host());
  }

  /**
   * Asks for a sign of life; ENGINE_UNAVAILABLE when there is none, ENGINE_FAILED when the engine
   * does not speak our version.
   */
  public void requireAnswer() {
    try {
      call("answer", client -> client.pingCmd().exec());
    } catch (ErrandException thrown) {
      if (EngineErrors.isOfAnotherVersion(thrown)) {
        throw new ErrandException(
            FailureCode.ENGINE_FAILED,
            "%s; use Docker 20.10 or newer, or have one from 29 on speak %s (DOCKER_MIN_API_VERSION=%2$s)"
                .formatted(thrown.failure().message(), API_VERSION),
            thrown);
      }
      throw new ErrandException(
          FailureCode.ENGINE_UNAVAILABLE, "no engine answers at " + host, thrown);
    }
  }

  /** What the engine says about itself. */
  public Facts info() {
    return call(
        "say what it is",
        client -> {
          Info info = client.infoCmd().exec();
          return new Facts(
              text(info.getServerVersion()),
              API_VERSION,
              text(info.getKernelVersion()),
              has(info, "name=rootless"),
              text(info.getOperatingSystem()),
              text(info.getDockerRootDir()),
              number(info.getNCPU()),
              info.getMemTotal() == null ? 0 : info.getMemTotal(),
              has(info, "name=seccomp"),
              unlimited(info));
        });
  }

  /** An engine that does not speak of a limit may have it. */
  private static List<String> unlimited(Info info) {
    Map<String, Boolean> limits = new LinkedHashMap<>();
    limits.put("limits.memory", info.getMemoryLimit());
    limits.put("limits.cpus", info.getCpuCfsQuota());
    limits.put(
        "errand.server.boxes.pids", !Boolean.FALSE.equals(info.getRawValues().get("PidsLimit")));
    return limits.keySet().stream()
        .filter(limit -> Boolean.FALSE.equals(limits.get(limit)))
        .toList();
  }

  private static boolean has(Info info, String securityOption) {
    List<String> options = info.getSecurityOptions();
    return options != null && options.stream().anyMatch(each -> each.startsWith(securityOption));
  }

  /** Whether the image is on the engine, by name or id. */
  public boolean hasImage(String image) {
    return call(
        "look for the image " + image,
        client -> {
          try {
            client.inspectImageCmd(image).exec();
            return true;
          } catch (NotFoundException absent) {
            return false;
          }
        });
  }

  /** Fetches an image; IMAGE_NOT_FOUND when its registry does not have it. */
  public void pull(String image) {
    boolean complete =
        call(
            "pull the image " + image,
            client -> {
              try {
                return client
                    .pullImageCmd(image)
                    .start()
                    .awaitCompletion(PULL_MINUTES, TimeUnit.MINUTES);
              } catch (InterruptedException closed) {
                Thread.currentThread().interrupt();
                return false;
              }
            });
    if (!complete) {
      throw new ErrandException(
          FailureCode.ENGINE_FAILED,
          "pulling the image %s took longer than %d minutes".formatted(image, PULL_MINUTES));
    }
  }

  /**
   * Makes one call, completely: an interrupt of the caller would close the client's socket in the
   * middle, and nobody would know whether the call had its effect. It stays set for the caller's
   * next wait.
   *
   * @param what completes "the engine could not ..."
   */
  <T> T call(String what, Function<DockerClient, T> request) {
    Future<T> answer = callers.submit(() -> request.apply(client));
    boolean interrupted = false;
    try {
      while (true) {
        try {
          answer.get();
          return answer.resultNow();
        } catch (InterruptedException later) {
          interrupted = true;
        } catch (ExecutionException failed) {
          throw EngineErrors.translated(what, unchecked(failed));
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static RuntimeException unchecked(ExecutionException failed) {
    return switch (failed.getCause()) {
      case RuntimeException runtime -> runtime;
      case Error error -> throw error;
      case null, default -> new CompletionException(failed);
    };
  }

  private static String text(@Nullable String value) {
    return value == null ? "" : value;
  }

  private static int number(@Nullable Integer value) {
    return value == null ? 0 : value;
  }

  @Override
  public void close() {
    callers.shutdownNow();
    try {
      client.close();
    } catch (IOException alreadyGone) {
      throw new ErrandException(
          FailureCode.ENGINE_UNAVAILABLE, "the engine's connection did not close", alreadyGone);
    }
  }

  /**
   * What an engine says about itself.
   *
   * @param version such as 20.10.24
   * @param rootDirectory where it keeps images and containers, for whoever checks the disk
   * @param memoryBytes of its machine
   * @param kernel of its machine, such as 6.1.0-13-amd64
   * @param rootless whether its containers' root is an ordinary user of the machine
   * @param filtersSystemCalls whether it can; boxes do not start without
   * @param unlimited the limits that it says it cannot hold, by the names that users give them
   */
  public record Facts(
      String version,
      String apiVersion,
      String kernel,
      boolean rootless,
      String operatingSystem,
      String rootDirectory,
      int cpus,
      long memoryBytes,
      boolean filtersSystemCalls,
      List<String> unlimited) {
    /** What to do about an engine that cannot hold a limit; without it, one box takes all. */
    public static final String LIMITS_REMEDY =
        "have the kernel's control groups limit it: boot with cgroup_enable=memory, and let an"
            + " engine without root have the controllers (cgroups v2, Delegate= of systemd)";

    public Facts {
      unlimited = List.copyOf(unlimited);
    }
  }
}
