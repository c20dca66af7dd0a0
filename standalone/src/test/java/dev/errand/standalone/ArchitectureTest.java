package dev.errand.standalone;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The walls of the house: what each module may see, and the one owner of each technology. */
class ArchitectureTest {
  private static final JavaClasses OURS =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("dev.errand");

  private static final List<String> LIBRARIES =
      List.of(
          "stage",
          "broker",
          "sandbox",
          "egress",
          "repositories",
          "secrets",
          "artifacts",
          "views",
          "cache");
  private static final List<String> SERVICES =
      List.of("ingest", "provisioner", "agentrunner", "diffcollector");

  /** A foreign technology's packages, and the modules that may touch them. */
  record Ownership(String technology, String packages, List<String> owners) {
    @Override
    public String toString() {
      return technology + " belongs to " + owners;
    }
  }

  static Stream<Ownership> owners() {
    return Stream.of(
        new Ownership("Avro", "org.apache.avro..", List.of("schemas.wire", "schemas.avro")),
        new Ownership("Kafka clients", "org.apache.kafka.clients..", List.of("stage", "views")),
        new Ownership("Kafka Streams", "org.apache.kafka.streams..", List.of("views")),
        new Ownership("Kafka's server", "kafka..", List.of("broker")),
        new Ownership("docker-java", "com.github.dockerjava..", List.of("sandbox")),
        new Ownership("Netty's HTTP", "io.netty.handler.codec.http..", List.of("egress")),
        new Ownership("Netty's TLS", "io.netty.handler.ssl..", List.of("egress")),
        new Ownership("Netty", "io.netty..", List.of("egress", "sandbox")),
        new Ownership("Apache's HTTP client", "org.apache.hc..", List.of("repositories")),
        new Ownership("Tink", "com.google.crypto.tink..", List.of("secrets")),
        new Ownership("JAX-RS", "jakarta.ws.rs..", List.of("ingest")),
        new Ownership("picocli", "picocli..", List.of("cli")));
  }

  @Test
  void theWholeHouseIsSeen() {
    assertThat(OURS.stream().map(c -> c.getPackageName().split("\\.")[2]).distinct())
        .containsAll(LIBRARIES)
        .containsAll(SERVICES)
        .contains("schemas", "standalone", "cli");
  }

  @ParameterizedTest
  @MethodSource("owners")
  void eachTechnologyHasItsOwner(Ownership ownership) {
    String[] outside =
        ownership.owners().stream()
            .map(owner -> "dev.errand." + owner + "..")
            .toArray(String[]::new);
    noClasses()
        .that()
        .resideOutsideOfPackages(outside)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ownership.packages())
        .check(OURS);
  }

  @Test
  void servicesNeverSeeEachOther() {
    for (String service : SERVICES) {
      noClasses()
          .that()
          .resideInAPackage("dev.errand." + service + "..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              Stream.concat(SERVICES.stream().filter(s -> !s.equals(service)), Stream.of("cli"))
                  .map(s -> "dev.errand." + s + "..")
                  .toArray(String[]::new))
          .check(OURS);
    }
  }

  @Test
  void librariesSeeNoServiceAndNoContainerOfBeans() {
    noClasses()
        .that()
        .resideInAnyPackage(
            LIBRARIES.stream().map(l -> "dev.errand." + l + "..").toArray(String[]::new))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            Stream.concat(
                    SERVICES.stream().map(s -> "dev.errand." + s + ".."),
                    Stream.of("jakarta.enterprise..", "jakarta.inject..", "io.quarkus.."))
                .toArray(String[]::new))
        .check(OURS);
  }

  @Test
  void theCommandSpeaksHttpOnly() {
    noClasses()
        .that()
        .resideInAPackage("dev.errand.cli..")
        .should()
        .dependOnClassesThat(
            new com.tngtech.archunit.base.DescribedPredicate<>("are the server's") {
              @Override
              public boolean test(com.tngtech.archunit.core.domain.JavaClass type) {
                return type.getPackageName().startsWith("dev.errand.")
                    && !type.getPackageName().startsWith("dev.errand.cli");
              }
            })
        .check(OURS);
  }

  @Test
  void modulesHaveNoCycles() {
    slices().matching("dev.errand.(*)..").should().beFreeOfCycles().check(OURS);
  }
}
