package dev.errand.repositories;

import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.RepositoryUrl;

/**
 * A repository inside the repository, at the commit that the outer one names.
 *
 * @param path from the outermost repository's root, parents before children in every list
 * @param name as the outer repository's {@code .gitmodules} calls it
 * @param parent the path of the repository that names it; empty for the outermost
 */
public record Submodule(
    String path, String name, String parent, RepositoryUrl url, CommitSha commit) {}
