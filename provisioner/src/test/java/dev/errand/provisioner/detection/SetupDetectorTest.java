package dev.errand.provisioner.detection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SetupDetectorTest {
  private static List<String> commands(String names, String pyproject) {
    return SetupDetector.detect(Set.of(names.split(" ")), pyproject).stream()
        .map(SetupStep::command)
        .toList();
  }

  @ParameterizedTest
  @CsvSource({
    "package.json package-lock.json, npm ci",
    "package.json npm-shrinkwrap.json, npm ci",
    "package.json, npm install --no-package-lock",
    "package.json yarn.lock, yarn install --frozen-lockfile",
    "package.json yarn.lock .yarnrc.yml, yarn install --immutable",
    "package.json pnpm-lock.yaml package-lock.json, pnpm install --frozen-lockfile",
    "pyproject.toml, PIP_BREAK_SYSTEM_PACKAGES=1 python3 -m pip install .",
    "setup.py, PIP_BREAK_SYSTEM_PACKAGES=1 python3 -m pip install .",
    "Pipfile Pipfile.lock, pipenv sync --dev",
    "Pipfile, pipenv install --dev --skip-lock",
    "pyproject.toml poetry.lock, poetry install --no-interaction",
    "pyproject.toml uv.lock, uv sync --frozen",
    "pom.xml, mvn --batch-mode --quiet dependency:go-offline",
    "pom.xml mvnw, sh ./mvnw --batch-mode --quiet dependency:go-offline",
    "build.gradle.kts gradlew, sh ./gradlew --no-daemon --quiet dependencies",
    "build.gradle, gradle --no-daemon --quiet dependencies",
    "go.mod, go mod download",
    "Cargo.toml Cargo.lock, cargo fetch --locked",
    "Cargo.toml, cargo fetch",
    "Gemfile, bundle install",
    "composer.json, composer install --no-interaction --no-progress",
  })
  void choosesTheProjectsOwnTool(String names, String command) {
    assertThat(commands(names, "")).containsExactly(command);
  }

  @Test
  void installsPlainRequirementsIntoTheImagesPython() {
    assertThat(commands("requirements.txt setup.py", ""))
        .containsExactly("PIP_BREAK_SYSTEM_PACKAGES=1 python3 -m pip install -r requirements.txt");
  }

  @Test
  void asksPyprojectForPoetry() {
    assertThat(commands("pyproject.toml", "[tool.poetry]\nname = \"x\"\n"))
        .containsExactly("poetry install --no-interaction");
  }

  @Test
  void runsOneToolForEachEcosystem() {
    assertThat(commands("package.json go.mod README.md requirements.txt src", "")).hasSize(3);
    assertThat(commands("README.md Makefile", "")).isEmpty();
  }
}
