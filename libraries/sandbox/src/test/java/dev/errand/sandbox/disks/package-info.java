/** Tests of the boxes' disks as files; what boxes do with them is tested one package above. */
@NullMarked
package dev.errand.sandbox.disks;

import org.jspecify.annotations.NullMarked;
