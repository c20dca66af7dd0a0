package dev.errand.cli.cloud;

import dev.errand.cli.outcome.ExitCode;
import dev.errand.cli.session.Session;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Applies a task's diff to the local working tree. */
@Command(name = "apply", description = "Apply a task's diff to the local working tree.")
public final class Apply implements Callable<Integer> {
  /** The command of one run. */
  public Apply(Session session) {}

  @Override
  public Integer call() {
    return ExitCode.FAILED.number();
  }
}
