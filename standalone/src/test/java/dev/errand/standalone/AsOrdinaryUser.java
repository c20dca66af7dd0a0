package dev.errand.standalone;

import dev.errand.sandbox.OrdinaryUser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Servers of somebody who is not root and may use the engine. They run from a copy of what the
 * build packaged, as a folder above that may be closed to him; in the end he removes what is left.
 */
final class AsOrdinaryUser implements Surroundings {
  private static final String PACKAGED = Deployment.SERVER.resolveSibling("").toString();

  private Path programs = Path.of("nowhere");
  private Path home = Path.of("nowhere");

  @Override
  public void before(Path data) {
    programs = data.resolveSibling(data.getFileName() + "-programs");
    run("cp", "--archive", PACKAGED, programs.toString()); // a cache knows its jars by their times
    run("chmod", "--recursive", "go+rX", programs.toString());
  }

  @Override
  public void handOver(Path data, Path temporary) {
    home = temporary;
    give(data);
    give(temporary);
  }

  void give(Path top) {
    if (!OrdinaryUser.isMe()) {
      OrdinaryUser.give(top);
    }
  }

  @Override
  public List<String> started(List<String> command) {
    List<String> his = new ArrayList<>(OrdinaryUser.isMe() ? List.of() : OrdinaryUser.command());
    command.forEach(word -> his.add(word.replace(PACKAGED, programs.toString())));
    return his;
  }

  @Override
  public Map<String, String> environment() {
    return Map.of("HOME", home.toString());
  }

  @Override
  public void after(Path data) {
    Folders.delete(programs);
    run(started(List.of("rm", "--recursive", data.toString())).toArray(String[]::new));
  }

  private static void run(String... command) {
    CommandResult.of(List.of(command), Path.of("/"), "", Map.of()).succeeded();
  }
}
