package dev.errand.repositories;

import static dev.errand.repositories.MirrorsSystemTest.assertFails;
import static dev.errand.repositories.MirrorsSystemTest.failure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.RefName;
import dev.errand.schemas.ids.RepositoryUrl;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against git's own HTTP server, by http and by https with a certificate of our own. */
final class HttpSystemTest {
  private static final RefName MAIN = new RefName("main");

  @TempDir Path scratch;
  private Origin origin;
  private GitHttpServer plain;
  private GitHttpServer secure;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    origin = Origin.create(scratch.resolve("served/web"));
    plain = GitHttpServer.plain(scratch.resolve("served"));
    secure = GitHttpServer.secure(scratch.resolve("served"), scratch.resolve("tls"));
  }

  @AfterEach
  void stop() {
    plain.close();
    secure.close();
  }

  private Mirrors mirrors(boolean allowHttp, Set<String> hosts, @Nullable Path caFile) {
    return new Mirrors(
        scratch.resolve("mirrors"),
        new RepositoryPolicy(
            List.of(),
            allowHttp,
            hosts,
            1L << 30,
            Duration.ofSeconds(20),
            Duration.ofMinutes(1),
            caFile,
            null,
            null,
            null));
  }

  @Test
  void clonesByHttpWhereThatIsAllowed() throws InterruptedException {
    CommitSha commit = origin.write("a", "a").commit("first");
    RepositoryUrl url = plain.url("web");
    Mirrors open = mirrors(true, Set.of(), null);

    assertThat(open.resolve(url, null)).isEqualTo(new Resolved(MAIN, commit, MAIN));
    open.fetch(url, MAIN, commit, line -> {});

    assertThat(open.rootNames(url, commit)).containsExactly("a");
    assertFails(
        FailureCode.REPOSITORY_REFUSED, () -> mirrors(false, Set.of(), null).resolve(url, null));
    assertFails(
        FailureCode.REPOSITORY_REFUSED,
        () -> mirrors(true, Set.of("git.example.org"), null).resolve(url, null));
  }

  @Test
  void clonesByHttpsFromWhomItTrusts() throws InterruptedException {
    CommitSha commit = origin.write("a", "a").commit("first");
    RepositoryUrl url = secure.url("web");
    Mirrors trusting = mirrors(false, Set.of("localhost"), secure.certificate());

    assertThat(trusting.resolve(url, MAIN).commit()).isEqualTo(commit);
    trusting.fetch(url, MAIN, commit, line -> {});

    assertThat(trusting.rootNames(url, commit)).containsExactly("a");
    assertFails(
        FailureCode.REPOSITORY_UNREACHABLE,
        () -> mirrors(false, Set.of(), null).resolve(url, MAIN));
  }

  @Test
  void findsACommitByItsIdWithoutItsFiles() throws InterruptedException {
    CommitSha first = origin.write("a", "a").commit("first");
    origin.write("a", "b").commit("second");
    Mirrors open = mirrors(true, Set.of(), null);

    assertThat(open.resolve(plain.url("web"), new RefName(first.value())).commit())
        .isEqualTo(first);
    assertFails(
        FailureCode.REF_NOT_FOUND,
        () -> open.resolve(plain.url("web"), new RefName("3".repeat(40))));
  }

  @Test
  void saysWhyARemoteDoesNotServe() {
    Mirrors open = mirrors(true, Set.of(), null);

    assertFails(FailureCode.REPOSITORY_UNREACHABLE, () -> open.resolve(plain.url("nothing"), MAIN));
    assertThat(failure(() -> open.resolve(plain.url("login"), MAIN)).failure().message())
        .contains("asks for a login");
    assertThat(failure(() -> open.resolve(plain.url("moved"), MAIN)).failure().message())
        .contains("elsewhere");
    assertFails(
        FailureCode.REPOSITORY_UNREACHABLE,
        () -> open.resolve(new RepositoryUrl("http://localhost:1/web"), MAIN));
    assertFails(
        FailureCode.REPOSITORY_UNREACHABLE,
        () -> open.resolve(new RepositoryUrl("http://nowhere.invalid/web"), MAIN));
  }
}
