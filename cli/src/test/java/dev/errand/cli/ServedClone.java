package dev.errand.cli;

import static dev.errand.cli.FakeServer.TASK;

import java.nio.file.Path;

/** A clone, and a server with a task that has changed it: where every test of apply begins. */
final class ServedClone implements AutoCloseable {
  /** What a.txt and sub/b.txt hold. */
  static final String LINES = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n";

  private final FakeServer server = new FakeServer();
  private final Repository repository;
  private String base;

  ServedClone(Path folder) {
    repository = new Repository(folder.resolve("clone"));
    repository.write("a.txt", LINES).write("sub/b.txt", LINES);
    base = repository.commit();
  }

  Repository repository() {
    return repository;
  }

  /** The commit that the task started from. */
  String base() {
    return base;
  }

  /** Lets the task start from another commit. */
  void startFrom(String commit) {
    base = commit;
  }

  /** What the task has changed: the working tree's changes, which are taken out of it. */
  void serveChanges() {
    serve(repository.takeDiff());
  }

  void serve(byte[] patch) {
    server.on(
        "GET /api/v1/tasks/" + TASK + "/diff",
        request -> {
          request.exchange().getResponseHeaders().set("Errand-Base-Commit", base);
          request.exchange().getResponseHeaders().set("Errand-Attempt", "1");
          FakeServer.respond(request, 200, "text/plain", patch);
        });
  }

  Errand.Outcome apply(String... options) {
    return applyIn(repository.folder(), options);
  }

  Errand.Outcome applyIn(Path directory, String... options) {
    String[] arguments = new String[options.length + 2];
    arguments[0] = "apply";
    arguments[1] = TASK;
    System.arraycopy(options, 0, arguments, 2, options.length);
    return new Errand(directory, server).run(arguments);
  }

  String status() {
    return repository.git("status", "--porcelain", "--untracked-files=all");
  }

  @Override
  public void close() {
    server.close();
  }
}
