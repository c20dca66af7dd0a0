/**
 * What may leave a box: a proxy on a unix socket per phase, and the policy that it asks. The main
 * type is {@link dev.errand.egress.EgressProxy}. It must not know boxes, stages or environments.
 */
@NullMarked
package dev.errand.egress;

import org.jspecify.annotations.NullMarked;
