/**
 * Brings a submitted attempt to where an agent can work: a container of its own, the repository at
 * the task's commit, and the setup done. The main type is {@link
 * dev.errand.provisioner.ProvisionerService}; each stage is a class. It must not know what an agent
 * is, nor the front door.
 */
@NullMarked
package dev.errand.provisioner;

import org.jspecify.annotations.NullMarked;
