/**
 * Dead letters, read where they lie. The main type is {@link
 * dev.errand.stage.letters.DeadLetterReader}. It must not know why a record became one.
 */
@NullMarked
package dev.errand.stage.letters;

import org.jspecify.annotations.NullMarked;
