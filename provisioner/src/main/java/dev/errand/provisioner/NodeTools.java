package dev.errand.provisioner;

import dev.errand.artifacts.ArtifactStore;
import dev.errand.egress.EgressProxy;
import dev.errand.repositories.Mirrors;
import dev.errand.sandbox.Boxes;
import dev.errand.sandbox.Engine;
import dev.errand.schemas.Event.SecretSealed;
import dev.errand.secrets.Vault;
import dev.errand.stage.Table;

/**
 * What a node works with; opened and closed by whoever runs the service.
 *
 * @param secrets the topic {@code secrets}, followed
 */
public record NodeTools(
    Engine engine,
    Boxes boxes,
    Mirrors mirrors,
    EgressProxy proxy,
    Vault vault,
    Table<SecretSealed> secrets,
    ArtifactStore artifacts) {}
