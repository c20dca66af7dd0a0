package dev.errand.views.streams;

import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProcessingExceptionHandler;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A record that breaks a processor is logged and passed over: one mistake of ours must not stop
 * every task. A record that a newer writer wrote stops the thread, which tries it again. Kafka
 * makes the instance.
 */
public final class GoOnProcessing implements ProcessingExceptionHandler {
  private static final Logger LOG = LoggerFactory.getLogger(GoOnProcessing.class);

  @Override
  public void configure(Map<String, ?> configs) {}

  @Override
  public Response handleError(
      ErrorHandlerContext context, Record<?, ?> record, Exception exception) {
    if (exception instanceof SchemaPendingException) {
      return Response.fail();
    }
    LOG.error(
        "{} passed over {}-{} at offset {}",
        context.processorNodeId(),
        context.topic(),
        context.partition(),
        context.offset(),
        exception);
    return Response.resume(List.of());
  }
}
