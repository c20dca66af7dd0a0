package dev.errand.repositories;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.RepositoryUrl;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Walks from a commit to its submodules and theirs, fetching each before it looks inside. */
final class SubmoduleWalk {
  /** Deeper or wider is a mistake, or an attempt to keep the node busy. */
  private static final int MAX_DEPTH = 8;

  private static final int MAX_SUBMODULES = 200;
  private static final String GITLINK = "160000";
  private static final String FILE = "100";

  private final Mirror mirror;
  private final Admission admission;
  private final RepositoryUrl top;
  private final Consumer<String> progress;
  private final List<Submodule> found = new ArrayList<>();

  SubmoduleWalk(Mirror mirror, Admission admission, RepositoryUrl top, Consumer<String> progress) {
    this.top = top;
    this.mirror = mirror;
    this.admission = admission;
    this.progress = progress;
  }

  List<Submodule> from(CommitSha commit) throws InterruptedException {
    enter(top, commit, "", 1);
    return List.copyOf(found);
  }

  private void enter(RepositoryUrl url, CommitSha commit, String path, int depth)
      throws InterruptedException {
    List<GitModules.Entry> entries = modules(url, commit);
    if (entries.isEmpty()) {
      return;
    }
    if (depth > MAX_DEPTH || found.size() + entries.size() > MAX_SUBMODULES) {
      throw GitModules.refused(
          entries.getFirst().name(),
          "more than %d submodules, or %d inside each other".formatted(MAX_SUBMODULES, MAX_DEPTH));
    }
    Map<String, CommitSha> links = links(url, commit, entries);
    for (GitModules.Entry entry : entries) {
      CommitSha linked = links.get(entry.path());
      if (linked != null) {
        RepositoryUrl inner = GitModules.url(url, entry);
        String innerPath = path.isEmpty() ? entry.path() : path + "/" + entry.path();
        fetch(innerPath, inner, linked);
        found.add(new Submodule(innerPath, entry.name(), path, inner, linked));
        enter(inner, linked, innerPath, depth + 1);
      }
    }
  }

  private void fetch(String path, RepositoryUrl url, CommitSha commit) throws InterruptedException {
    String what = "submodule '%s' (%s)".formatted(path, url);
    Remote remote;
    try {
      remote = admission.admit(url, top);
    } catch (ErrandException e) {
      throw new ErrandException(
          e.code(), "submodule '%s': %s".formatted(path, e.failure().message()), e);
    }
    mirror.fetch(what, remote, commit, progress);
  }

  private List<GitModules.Entry> modules(RepositoryUrl url, CommitSha commit)
      throws InterruptedException {
    String file = mirror.text(url.value(), "ls-tree", "-z", commit.value(), "--", ".gitmodules");
    // A symlink named so is ignored, as git does.
    if (!file.startsWith(FILE)) {
      return List.of();
    }
    return GitModules.parse(
        mirror.text(url.value(), "config", "--blob", commit + ":.gitmodules", "--null", "--list"));
  }

  private Map<String, CommitSha> links(
      RepositoryUrl url, CommitSha commit, List<GitModules.Entry> entries)
      throws InterruptedException {
    List<String> line = new ArrayList<>(List.of("ls-tree", "-z", commit.value(), "--"));
    entries.forEach(entry -> line.add(entry.path()));
    Map<String, CommitSha> links = new HashMap<>();
    for (String item : mirror.text(url.value(), line.toArray(String[]::new)).split("\0")) {
      // <mode> SP <type> SP <object> TAB <path>
      int tab = item.indexOf('\t');
      if (item.startsWith(GITLINK) && tab > 0) {
        String object = item.substring(item.lastIndexOf(' ', tab) + 1, tab);
        links.put(item.substring(tab + 1), new CommitSha(object));
      }
    }
    return links;
  }
}
