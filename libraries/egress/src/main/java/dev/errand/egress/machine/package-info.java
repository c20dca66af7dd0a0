/**
 * The addresses of the machine that a proxy runs on, seen from a container too. The main type is
 * {@link dev.errand.egress.machine.MachineAddresses}. It must not know what asks for them.
 */
@NullMarked
package dev.errand.egress.machine;

import org.jspecify.annotations.NullMarked;
