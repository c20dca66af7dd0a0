package dev.errand.provisioner.detection;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * What {@code setup: auto} means: the names in the repository's root decide, one tool for each
 * ecosystem, and its lock file is obeyed. Where a tool would write a lock file that is not there,
 * it is told not to: nothing of the setup belongs into the agent's diff.
 */
public final class SetupDetector {
  /** The image's Python is the distribution's; in a box of our own nobody else needs it. */
  private static final String PIP = "PIP_BREAK_SYSTEM_PACKAGES=1 python3 -m pip install ";

  private SetupDetector() {}

  /**
   * The steps, in the order in which they are run.
   *
   * @param names of files and folders in the repository's root
   * @param pyproject the text of pyproject.toml, empty when there is none
   */
  public static List<SetupStep> detect(Set<String> names, String pyproject) {
    List<SetupStep> steps = new ArrayList<>();
    javascript(names).ifPresent(steps::add);
    python(names, pyproject).ifPresent(steps::add);
    java(names).ifPresent(steps::add);
    first(names, "go.mod", file -> "go mod download", "go").ifPresent(steps::add);
    first(
            names,
            "Cargo.toml",
            file -> names.contains("Cargo.lock") ? "cargo fetch --locked" : "cargo fetch",
            "cargo")
        .ifPresent(steps::add);
    first(names, "Gemfile", file -> "bundle install", "bundle")
        .map(step -> step.orInstall("gem", "gem install bundler"))
        .ifPresent(steps::add);
    first(
            names,
            "composer.json",
            file -> "composer install --no-interaction --no-progress",
            "composer")
        .ifPresent(steps::add);
    return steps;
  }

  private static Optional<SetupStep> javascript(Set<String> names) {
    if (names.contains("pnpm-lock.yaml")) {
      return Optional.of(
          SetupStep.of("pnpm", "pnpm-lock.yaml", "pnpm install --frozen-lockfile")
              .orInstall("npm", "npm install --global pnpm"));
    }
    if (names.contains("yarn.lock")) {
      // The second generation has its own settings file and another name for the same option.
      String option = names.contains(".yarnrc.yml") ? "--immutable" : "--frozen-lockfile";
      return Optional.of(
          SetupStep.of("yarn", "yarn.lock", "yarn install " + option)
              .orInstall("npm", "npm install --global yarn"));
    }
    for (String lock : List.of("package-lock.json", "npm-shrinkwrap.json")) {
      if (names.contains(lock)) {
        return Optional.of(SetupStep.of("npm", lock, "npm ci"));
      }
    }
    return first(names, "package.json", file -> "npm install --no-package-lock", "npm");
  }

  private static Optional<SetupStep> python(Set<String> names, String pyproject) {
    if (names.contains("uv.lock")) {
      return Optional.of(
          SetupStep.of("uv", "uv.lock", "uv sync --frozen").orInstall("python3", PIP + "uv"));
    }
    if (names.contains("poetry.lock") || pyproject.contains("[tool.poetry]")) {
      String file = names.contains("poetry.lock") ? "poetry.lock" : "pyproject.toml";
      return Optional.of(
          SetupStep.of("poetry", file, "poetry install --no-interaction")
              .orInstall("python3", PIP + "poetry"));
    }
    if (names.contains("Pipfile.lock") || names.contains("Pipfile")) {
      boolean locked = names.contains("Pipfile.lock");
      return Optional.of(
          SetupStep.of(
                  "pipenv",
                  locked ? "Pipfile.lock" : "Pipfile",
                  locked ? "pipenv sync --dev" : "pipenv install --dev --skip-lock")
              .orInstall("python3", PIP + "pipenv"));
    }
    if (names.contains("requirements.txt")) {
      return Optional.of(SetupStep.of("python3", "requirements.txt", PIP + "-r requirements.txt"));
    }
    return first(names, "pyproject.toml", file -> PIP + ".", "python3")
        .or(() -> first(names, "setup.py", file -> PIP + ".", "python3"));
  }

  private static Optional<SetupStep> java(Set<String> names) {
    if (names.contains("pom.xml")) {
      return Optional.of(
          wrapped(names, "mvn", "mvnw", "pom.xml", "--batch-mode --quiet dependency:go-offline"));
    }
    for (String file :
        List.of("build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts")) {
      if (names.contains(file)) {
        return Optional.of(
            wrapped(names, "gradle", "gradlew", file, "--no-daemon --quiet dependencies"));
      }
    }
    return Optional.empty();
  }

  /** A wrapper brings the tool itself and needs only Java; it need not be executable. */
  private static SetupStep wrapped(
      Set<String> names, String tool, String wrapper, String because, String arguments) {
    return names.contains(wrapper)
        ? SetupStep.of("java", because, "sh ./%s %s".formatted(wrapper, arguments))
        : SetupStep.of(tool, because, tool + " " + arguments);
  }

  private static Optional<SetupStep> first(
      Set<String> names, String file, UnaryOperator<String> command, String tool) {
    return names.contains(file)
        ? Optional.of(SetupStep.of(tool, file, command.apply(file)))
        : Optional.empty();
  }
}
