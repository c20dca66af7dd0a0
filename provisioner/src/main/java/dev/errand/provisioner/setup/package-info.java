/**
 * What a setup is given: variables, and secrets whose values stay out of its log. The main type is
 * {@link dev.errand.provisioner.setup.SetupSecrets}. It must not know of boxes.
 */
@NullMarked
package dev.errand.provisioner.setup;

import org.jspecify.annotations.NullMarked;
