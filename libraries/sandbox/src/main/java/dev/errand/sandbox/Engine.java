package dev.errand.sandbox;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Info;
import com.github.dockerjava.api.model.RuntimeInfo;
import com.github.dockerjava.api.model.VersionComponent;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

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
  public EngineFacts info() {
    return call("say what it is", client -> EngineFacts.of(client.infoCmd().exec(), API_VERSION));
  }

  /** What the engine can give to boxes. */
  public Traits traits() {
    return call(
        "say what it can give to boxes",
        client -> {
          Info info = client.infoCmd().exec();
          return new Traits(
              isPodman(client),
              EngineFacts.has(info, "name=userns") || EngineFacts.has(info, "name=rootless"),
              runtimes(info));
        });
  }

  /** Throws ENGINE_FAILED when a box would share its users with the machine. */
  void requireUserNamespaces() {
    if (!traits().userNamespaces()) {
      throw new ErrandException(
          FailureCode.ENGINE_FAILED,
          "errand.server.boxes.user-namespace requires user namespaces, and the engine gives none:"
              + " start it with them (dockerd --userns-remap=default)");
    }
  }

  /** Podman names each that it has heard of, installed or not. */
  private static SortedSet<String> runtimes(Info info) {
    Map<String, RuntimeInfo> named = info.getRuntimes();
    SortedSet<String> runtimes = new TreeSet<>();
    (named == null ? Map.<String, RuntimeInfo>of() : named)
        .forEach(
            (name, runtime) -> {
              String path = EngineFacts.text(runtime.getPath());
              if (!path.startsWith("/") || Files.exists(Path.of(path))) {
                runtimes.add(name);
              }
            });
    return runtimes;
  }

  /** Whether it is podman's service, which reads a few words of the protocol in its own way. */
  static boolean isPodman(DockerClient client) {
    List<VersionComponent> components = client.versionCmd().exec().getComponents();
    return components != null
        && components.stream().anyMatch(each -> "Podman Engine".equals(each.getName()));
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

  /** The engine's own id of an image, which means the same for ever; IMAGE_NOT_FOUND without it. */
  public String imageId(String image) {
    return call(
        "look for the image " + image,
        client -> {
          try {
            return Objects.requireNonNull(client.inspectImageCmd(image).exec().getId());
          } catch (NotFoundException absent) {
            throw new ErrandException(
                FailureCode.IMAGE_NOT_FOUND, "the engine has no image " + image, absent);
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
   * What an engine can give to boxes.
   *
   * @param podman whether it is podman's service
   * @param userNamespaces whether a box's root is an ordinary user of the machine
   * @param runtimes by their names
   */
  public record Traits(boolean podman, boolean userNamespaces, SortedSet<String> runtimes) {}
}
