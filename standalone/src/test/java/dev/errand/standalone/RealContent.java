package dev.errand.standalone;

import java.util.List;

/** Repositories as they are in the wild. */
final class RealContent {
  private RealContent() {}

  static ScratchRepository odd() {
    ScratchRepository repository = ScratchRepository.withReadme();
    repository.write("with space.txt", "space\n");
    repository.write("grüße.txt", "hallo\n");
    repository.write("crlf.txt", "one\r\ntwo\r\n");
    repository.write("run.sh", "#!/bin/sh\n");
    repository.write("target", "target");
    repository.run("chmod", "+x", "run.sh");
    repository.run("ln", "-s", "target", "link");
    repository.run("sh", "-c", "head -c 5000 /dev/urandom > binary.bin");
    repository.commit("Add what is odd");
    return repository;
  }

  /** The outermost first; the one in the middle has a path with a space in it. */
  static List<ScratchRepository> submodules() {
    ScratchRepository inner = ScratchRepository.empty();
    inner.write("inner.txt", "deep\n");
    inner.commit("Go deep");
    ScratchRepository middle = ScratchRepository.empty();
    middle.write("middle.txt", "half-way\n");
    middle.git("submodule", "--quiet", "add", inner.url(), "deep/inner");
    middle.commit("Go half-way");
    ScratchRepository outer = ScratchRepository.withReadme();
    outer.git("submodule", "--quiet", "add", middle.url(), "libs/middle");
    outer.commit("Have a submodule");
    return List.of(outer, middle, inner);
  }

  /** Its one dependency lies beside it, so no network is needed. */
  static ScratchRepository npmProject() {
    ScratchRepository repository = ScratchRepository.withReadme();
    repository.write(
        "package.json",
        """
        {"name": "web", "version": "1.0.0", "private": true, "dependencies": {"left": "file:left"}}
        """);
    repository.write("left/package.json", "{\"name\": \"left\", \"version\": \"1.0.0\"}\n");
    repository.write("left/index.js", "module.exports = (of) => 'left of ' + of;\n");
    repository.write(".gitignore", "node_modules\n");
    repository.commit("Depend on what is left");
    return repository;
  }

  static ScratchRepository unknownTools() {
    ScratchRepository repository = ScratchRepository.withReadme();
    repository.write("go.mod", "module example.org/web\n");
    repository.write("Cargo.toml", "[package]\nname = \"web\"\n");
    repository.write("composer.json", "{}\n");
    repository.write("Gemfile", "");
    repository.write("pom.xml", "<project/>\n");
    repository.commit("Ask for much");
    return repository;
  }
}
