/**
 * The agent's turn: the internet is cut to the environment's policy, and the agent works on the
 * prompt. The main type is {@link dev.errand.agentrunner.RunAgentStage}; an {@link
 * dev.errand.agentrunner.Agent} says how one kind of agent is started. It must not know how the box
 * was prepared, nor what becomes of the agent's changes.
 */
@NullMarked
package dev.errand.agentrunner;

import org.jspecify.annotations.NullMarked;
