package dev.errand.sandbox;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** The attacks, and what every box must do, in a process of its own, which may be anybody's. */
final class TestProcess {
  private static final String PARALLEL = "junit.jupiter.execution.parallel.";

  private TestProcess() {}

  static LauncherDiscoveryRequest request() {
    return LauncherDiscoveryRequestBuilder.request()
        .selectors(
            selectMethod(EscapeDockerTest.class, "noWayLeadsOut", Escape.class.getName()),
            selectClass(BoxesDockerTest.class),
            selectClass(PhasesDockerTest.class),
            selectMethod(HostileDiskDockerTest.class, "aRemovedBoxGivesItsSpaceBack"),
            selectMethod(HostileDiskDockerTest.class, "aBoxHasTheImagesFilesAndMayChangeAllOfThem"),
            selectMethod(FrozenDisksDockerTest.class, "aBoxStartsFromItWithEveryFileAsItWas"))
        // Most of them wait: two classes at a time.
        .configurationParameter(PARALLEL + "enabled", "true")
        .configurationParameter(PARALLEL + "mode.classes.default", "concurrent")
        .configurationParameter(PARALLEL + "config.executor-service", "WORKER_THREAD_POOL")
        .configurationParameter(PARALLEL + "config.strategy", "fixed")
        .configurationParameter(PARALLEL + "config.fixed.parallelism", "2")
        .build();
  }

  /** Prints what has failed, then in one line how many have not. */
  public static void main(String[] none) {
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create().execute(request(), listener);
    TestExecutionSummary summary = listener.getSummary();
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    summary.printFailuresTo(out);
    summary.printTo(out);
    out.printf("%d of %d%n", summary.getTestsSucceededCount(), summary.getTestsFoundCount());
    System.exit(summary.getTotalFailureCount() == 0 ? 0 : 1);
  }
}
