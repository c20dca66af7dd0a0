/**
 * Values as plain bytes, field by field, for a store that only its writer reads. The main types are
 * {@link dev.errand.views.fields.FieldWriter} and {@link dev.errand.views.fields.FieldReader}. It
 * must not know what the values mean.
 */
@NullMarked
package dev.errand.views.fields;

import org.jspecify.annotations.NullMarked;
