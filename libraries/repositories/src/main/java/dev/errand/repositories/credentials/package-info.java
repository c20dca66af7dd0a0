/**
 * What git shows to remotes that ask who it is: found by a repository's place, and handed to one
 * call of git. The main type is {@link dev.errand.repositories.credentials.Credential}. It must not
 * know where credentials are kept or sealed.
 */
@NullMarked
package dev.errand.repositories.credentials;

import org.jspecify.annotations.NullMarked;
