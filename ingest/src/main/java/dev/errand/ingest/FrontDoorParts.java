package dev.errand.ingest;

import dev.errand.artifacts.ArtifactStore;
import dev.errand.repositories.Mirrors;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.wire.Wire;
import dev.errand.secrets.Vault;
import dev.errand.stage.FactWriter;
import dev.errand.stage.KafkaConnection;
import dev.errand.stage.StageHost;
import dev.errand.views.Views;
import dev.errand.views.deciders.AdmissionDecider;
import dev.errand.views.deciders.LifecycleDecider;
import java.nio.file.Path;

/**
 * What the front door is made of; whoever gives them closes them, after the front door.
 *
 * @param data the data folder: {@code token} and {@code server/} below it are the front door's
 */
public record FrontDoorParts(
    KafkaConnection kafka,
    Wire wire,
    NodeName node,
    Path data,
    FactWriter writer,
    Views views,
    AdmissionDecider admission,
    LifecycleDecider lifecycle,
    Mirrors mirrors,
    Vault vault,
    ArtifactStore artifacts,
    StageHost stages) {
  /** The same with another writer. */
  FrontDoorParts with(FactWriter other) {
    return new FrontDoorParts(
        kafka, wire, node, data, other, views, admission, lifecycle, mirrors, vault, artifacts,
        stages);
  }
}
