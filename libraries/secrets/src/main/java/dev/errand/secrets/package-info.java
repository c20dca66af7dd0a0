/**
 * Secrets of environments: sealed for the log, opened for the phase that needs them, hidden in what
 * the phase prints. The main type is {@link dev.errand.secrets.Vault}. It must not know where
 * sealed values lie, who may have them, or how a phase gets them.
 */
@NullMarked
package dev.errand.secrets;

import org.jspecify.annotations.NullMarked;
