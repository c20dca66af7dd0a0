package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.errand.schemas.SnapshotChange;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What nodes tell of their snapshots is what the front door says of them. */
@QuarkusTest
@QuarkusTestResource(FrontDoorOnly.class)
class SnapshotsBrokerTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final String LIST = "/api/v1/snapshots";

  private static List<String> idsOf(String query) {
    List<String> ids = new ArrayList<>();
    JsonNode page = Door.admin().get(LIST + query).json();
    page.path("items").forEach(item -> ids.add(item.path("id").asText()));
    return ids;
  }

  @Test
  void whatItsNodeTellsIsShown() throws Exception {
    ToldSnapshot told = ToldSnapshot.made("told/aaaaaaaaaaaa", "told", HOUR);
    JsonNode made = told.seen(json -> json.path("valid").asBoolean());
    assertThat(made.path("node").asText()).isEqualTo("told");
    assertThat(made.path("id").asText()).isEqualTo("aaaaaaaaaaaa");
    assertThat(made.path("environment").asText()).isEqualTo("told");
    assertThat(made.path("fingerprint").asText())
        .isEqualTo(ToldSnapshot.INGREDIENTS.fingerprint().value());
    assertThat(made.path("ingredients"))
        .isEqualTo(
            Door.json("{\"image\":\"0123456789abcdef\",\"setup script\":\"fedcba9876543210\"}"));
    assertThat(made.path("head").asText()).isEqualTo(ToldSnapshot.HEAD.value());
    assertThat(made.path("bytes").asLong()).isEqualTo(ToldSnapshot.BYTES);
    assertThat(Instant.parse(made.path("createdAt").asText())).isEqualTo(told.createdAt());
    assertThat(Instant.parse(made.path("expiresAt").asText()))
        .isEqualTo(told.createdAt().plus(Duration.ofHours(12)));
    assertThat(made.path("uses").asInt()).isZero();
    assertThat(made.path("usedAt")).isEqualTo(made.path("createdAt"));
    assertThat(made.path("changedAt")).isEqualTo(made.path("createdAt"));
    assertThat(made.path("reason").asText()).isEmpty();

    Instant first = told.createdAt().plusSeconds(60);
    Instant last = told.createdAt().plusSeconds(120);
    told.tell(first, new SnapshotChange.Used(ToldSnapshot.RUN));
    told.tell(last, new SnapshotChange.Used(ToldSnapshot.RUN));
    JsonNode used = told.seen(json -> json.path("uses").asInt() == 2);
    assertThat(Instant.parse(used.path("usedAt").asText())).isEqualTo(last);
    assertThat(used.path("valid").asBoolean()).isTrue();

    Instant end = told.createdAt().plusSeconds(180);
    told.tell(end, new SnapshotChange.Invalidated("its disk was removed from the node"));
    JsonNode over = told.seen(json -> !json.path("valid").asBoolean());
    assertThat(over.path("reason").asText()).isEqualTo("its disk was removed from the node");
    assertThat(Instant.parse(over.path("changedAt").asText())).isEqualTo(end);
    assertThat(over.path("uses").asInt()).isEqualTo(2);
  }

  @Test
  void oneThatIsTooOldIsOverWhetherOrNotItsNodeHasSaidSo() throws Exception {
    ToldSnapshot old = ToldSnapshot.made("old/aaaaaaaaaaaa", "old", HOUR.multipliedBy(13));
    JsonNode silent = old.seen(json -> json.has("id"));
    assertThat(silent.path("valid").asBoolean()).isFalse();

    Instant end = old.createdAt().plus(HOUR.multipliedBy(12));
    old.tell(end, new SnapshotChange.Expired());
    JsonNode told = old.seen(json -> json.path("changedAt").asText().equals(end.toString()));

    assertThat(told.path("valid").asBoolean()).isFalse();
    assertThat(told.path("reason").asText()).contains("12 hours");
    assertThat(silent.path("reason")).isEqualTo(told.path("reason"));
  }

  @Test
  void theListIsNarrowedAndTheNewestComesFirst() throws Exception {
    ToldSnapshot.made("list-1/aaaaaaaaaaaa", "listed", HOUR.multipliedBy(3));
    ToldSnapshot.made("list-2/bbbbbbbbbbbb", "listed", HOUR);
    ToldSnapshot.made("list-1/cccccccccccc", "other", HOUR.multipliedBy(2));
    ToldSnapshot.made("list-1/dddddddddddd", "listed", HOUR.multipliedBy(13));

    assertThat(idsOf("?environment=listed"))
        .containsExactly("bbbbbbbbbbbb", "aaaaaaaaaaaa", "dddddddddddd");
    assertThat(idsOf("?environment=listed&valid=true"))
        .containsExactly("bbbbbbbbbbbb", "aaaaaaaaaaaa");
    assertThat(idsOf("?environment=listed&valid=false")).containsExactly("dddddddddddd");
    assertThat(idsOf("?node=list-1&valid=true")).containsExactly("cccccccccccc", "aaaaaaaaaaaa");
    assertThat(idsOf("?node=list-1&environment=nothing")).isEmpty();
    assertThat(idsOf("?limit=100")).contains("bbbbbbbbbbbb", "dddddddddddd");
  }

  @Test
  void pagesHoldEachOnceWhileNewOnesCome() throws Exception {
    List<String> made = new ArrayList<>();
    for (int i = 1; i <= 5; i++) {
      String id = Integer.toString(i).repeat(12);
      ToldSnapshot.made("paged/" + id, "paged", HOUR.plusMinutes(i));
      made.add(id);
    }

    List<String> read = new ArrayList<>();
    String cursor = "";
    for (int page = 0; cursor != null; page++) {
      JsonNode json = Door.admin().get(LIST + "?node=paged&limit=2" + cursor).json();
      assertThat(json.path("items").size()).isBetween(1, 2);
      json.path("items").forEach(item -> read.add(item.path("id").asText()));
      cursor = json.path("cursor").isNull() ? null : "&cursor=" + json.path("cursor").asText();
      // Must not push anything onto the next page.
      ToldSnapshot.made("paged/" + "new" + page + "45678901", "paged", Duration.ZERO);
    }

    assertThat(read).containsExactlyElementsOf(made);
  }
}
