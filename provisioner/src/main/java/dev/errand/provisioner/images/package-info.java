/**
 * Which images may be used, and whether they give what an environment pins. The main type is {@link
 * dev.errand.provisioner.images.Images}. It must not know runs or stages.
 */
@NullMarked
package dev.errand.provisioner.images;

import org.jspecify.annotations.NullMarked;
