package dev.errand.views.streams;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProductionExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A record that no broker will ever take is logged and dropped; anything else stops the thread,
 * which does its work again from the last commit. Kafka makes the instance.
 */
public final class GoOnProducing implements ProductionExceptionHandler {
  private static final Logger LOG = LoggerFactory.getLogger(GoOnProducing.class);

  @Override
  public void configure(Map<String, ?> configs) {}

  @Override
  public Response handleError(
      ErrorHandlerContext context, ProducerRecord<byte[], byte[]> record, Exception exception) {
    if (exception instanceof RecordTooLargeException) {
      LOG.error("{} refused a record of {}", record.topic(), context.processorNodeId(), exception);
      return Response.resume(List.of());
    }
    return Response.fail();
  }
}
