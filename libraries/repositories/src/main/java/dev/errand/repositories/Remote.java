package dev.errand.repositories;

import dev.errand.repositories.credentials.Credentials;
import org.jspecify.annotations.Nullable;

/**
 * A repository as git is called with it, once {@link Admission} has let it in.
 *
 * @param address for git's command line; never a credential
 * @param pin {@code host:port:addresses} that http uses instead of asking for the name again; null
 *     asks
 * @param login what the remote is shown when it asks; null for a stranger
 */
record Remote(String address, @Nullable String pin, Credentials.@Nullable Found login) {}
