/**
 * The tests that need to see everything: the walls between modules, the tidiness of all code, and
 * the whole system at work. The main types are {@link dev.errand.standalone.ArchitectureTest} and
 * {@link dev.errand.standalone.TidyTest}. It must not know how a module does its work.
 */
@NullMarked
package dev.errand.standalone;

import org.jspecify.annotations.NullMarked;
