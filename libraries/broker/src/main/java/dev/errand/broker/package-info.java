/**
 * An embedded Kafka: one node that is broker and controller, on loopback, with a password. The main
 * type is {@link dev.errand.broker.EmbeddedBroker}. It must not know any topic or fact of Errand.
 */
@NullMarked
package dev.errand.broker;

import org.jspecify.annotations.NullMarked;
