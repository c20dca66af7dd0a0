/** What is a credential, and what is none. */
@NullMarked
package dev.errand.repositories.credentials;

import org.jspecify.annotations.NullMarked;
