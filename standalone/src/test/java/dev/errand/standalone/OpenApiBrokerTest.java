package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.errand.schemas.FailureCode;
import dev.errand.views.AttemptView;
import dev.errand.views.TaskView;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import java.lang.annotation.Annotation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** docs/openapi.yaml, what the server gives out, and what the program does are the same. */
@QuarkusTest
@QuarkusTestResource(FrontDoorOnly.class)
class OpenApiBrokerTest {
  private static final Contract CONTRACT = Contract.read();

  /** Headers that HTTP itself has, which no operation needs to name. */
  private static final Set<String> HTTPS_OWN =
      Set.of("header Content-Type", "header Origin", "header Host");

  private static final List<Class<? extends Annotation>> METHODS =
      List.of(GET.class, PUT.class, POST.class, DELETE.class);

  @Test
  void theServerGivesOutTheDocument() {
    JsonNode served = Contract.of(Door.stranger().get("/q/openapi").body()).document();

    assertThat(served.path("paths")).isEqualTo(CONTRACT.document().path("paths"));
    assertThat(served.path("components")).isEqualTo(CONTRACT.document().path("components"));
  }

  /** An operation as the program declares it. */
  private record Route(Set<String> parameters, Set<String> takes) {}

  /** All routes, as {@code GET /path/{id}}. */
  private static Map<String, Route> routes() {
    JavaClasses classes =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.errand.ingest");
    Map<String, Route> routes = new TreeMap<>();
    for (JavaClass type : classes) {
      if (type.isAnnotatedWith(Path.class)) {
        String base = type.getAnnotationOfType(Path.class).value();
        for (JavaMethod method : type.getMethods()) {
          for (Class<? extends Annotation> verb : METHODS) {
            if (method.isAnnotatedWith(verb)) {
              add(routes, verb.getSimpleName() + " " + base + below(method), method);
            }
          }
        }
      }
    }
    return routes;
  }

  private static String below(JavaMethod method) {
    return method
        .tryGetAnnotationOfType(Path.class)
        .map(path -> "/" + path.value().replaceAll("^/|/$", ""))
        .orElse("");
  }

  private static void add(Map<String, Route> routes, String operation, JavaMethod method) {
    Route route =
        routes.computeIfAbsent(operation, _ -> new Route(new TreeSet<>(), new TreeSet<>()));
    method
        .getParameters()
        .forEach(
            parameter -> {
              parameter
                  .tryGetAnnotationOfType(PathParam.class)
                  .ifPresent(named -> route.parameters().add("path " + named.value()));
              parameter
                  .tryGetAnnotationOfType(QueryParam.class)
                  .ifPresent(named -> route.parameters().add("query " + named.value()));
              parameter
                  .tryGetAnnotationOfType(HeaderParam.class)
                  .ifPresent(named -> route.parameters().add("header " + named.value()));
            });
    method
        .tryGetAnnotationOfType(Consumes.class)
        .ifPresent(types -> route.takes().addAll(Arrays.asList(types.value())));
  }

  @Test
  void everyRouteIsDocumentedAndNoOther() {
    assertThat(routes()).hasSizeGreaterThan(20);
    assertThat(routes().keySet()).isEqualTo(CONTRACT.operations().keySet());
  }

  @Test
  void everyParameterIsDocumentedAndNoOther() {
    routes()
        .forEach(
            (operation, route) -> {
              Set<String> declared = new TreeSet<>(route.parameters());
              declared.removeAll(HTTPS_OWN);
              assertThat(CONTRACT.parameters(operation)).as(operation).isEqualTo(declared);
            });
  }

  @Test
  void everyBodyIsDocumentedWithItsTypes() {
    routes()
        .forEach(
            (operation, route) -> {
              Set<String> documented = new TreeSet<>();
              JsonNode body = CONTRACT.resolved(CONTRACT.operation(operation).path("requestBody"));
              body.path("content").fieldNames().forEachRemaining(documented::add);
              if (!route.takes().isEmpty()) {
                assertThat(documented).as(operation).isEqualTo(route.takes());
              }
            });
  }

  @Test
  void listsOfWordsAreTheProgramsOwn() {
    JsonNode schemas = CONTRACT.document().path("components").path("schemas");

    assertThat(words(schemas.path("FailureCode").path("enum")))
        .containsExactlyElementsOf(Arrays.stream(FailureCode.values()).map(Enum::name).toList());
    assertThat(words(schemas.path("TaskState").path("enum")))
        .containsExactlyElementsOf(words(TaskView.State.values()));
    assertThat(words(schemas.at("/Attempt/properties/state/enum")))
        .containsExactlyElementsOf(words(AttemptView.State.values()));
  }

  private static List<String> words(JsonNode list) {
    List<String> words = new ArrayList<>();
    list.forEach(word -> words.add(word.asText()));
    return words;
  }

  private static List<String> words(Enum<?>[] constants) {
    return Arrays.stream(constants)
        .map(constant -> constant.name().toLowerCase(Locale.ROOT).replace('_', '-'))
        .toList();
  }

  @Test
  void everyOperationSaysWhatItDoesAndWhoMayAsk() {
    CONTRACT
        .operations()
        .forEach(
            (operation, described) -> {
              assertThat(described.path("summary").asText()).as(operation).isNotBlank();
              assertThat(described.path("operationId").asText()).as(operation).isNotBlank();
              boolean open = described.path("security").isArray();
              boolean ours = operation.contains(" /api/v1/") && !operation.endsWith("/server");
              assertThat(open).as(operation + " is open").isEqualTo(!ours);
            });
  }
}
