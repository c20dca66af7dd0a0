package dev.errand.stage.trace;

import dev.errand.schemas.Event;
import dev.errand.schemas.ids.EventId;
import dev.errand.schemas.ids.TaskId;
import dev.errand.schemas.wire.Headers;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * The trace that a task's facts are appended in: the caller's, or else the task's own, whose id
 * follows from the task's. So all of a task's facts are one trace, also when nobody exports spans
 * and after any restart.
 *
 * <p>Source: W3C Trace Context.
 */
public final class TaskTrace {
  private static final int SPAN_CHARACTERS = 16;

  private static final TextMapGetter<String> TEXT =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(String text) {
          return List.of(Headers.TRACE_PARENT);
        }

        @Override
        public @Nullable String get(@Nullable String text, String name) {
          return name.equals(Headers.TRACE_PARENT) ? text : null;
        }
      };

  private TaskTrace() {}

  /** What is done in a trace: everything that it appends belongs to it. */
  public interface Action<T> {
    T run() throws InterruptedException;
  }

  /**
   * Does something about a task in the trace of the request that asks for it.
   *
   * @param traceParent what the request's header says; null or nonsense says nothing
   */
  public static <T> T in(@Nullable String traceParent, TaskId task, Action<T> action)
      throws InterruptedException {
    Context current = Context.current();
    Context asked = isTrace(current) || traceParent == null ? current : said(traceParent);
    try (Scope _ = orOwn(asked, task).makeCurrent()) {
      return action.run();
    }
  }

  private static Context said(String traceParent) {
    return W3CTraceContextPropagator.getInstance().extract(Context.root(), traceParent, TEXT);
  }

  /** The trace that a record's writer was in, or else that of its fact's task. */
  public static Context of(ConsumerRecord<byte[], byte[]> entry, Event fact) {
    Header header = entry.headers().lastHeader(Headers.TRACE_PARENT);
    Context said =
        header == null || header.value() == null
            ? Context.root()
            : said(new String(header.value(), StandardCharsets.UTF_8));
    return fact instanceof Event.OfTask ofTask ? orOwn(said, ofTask.task()) : said;
  }

  private static Context orOwn(Context context, TaskId task) {
    return isTrace(context) ? context : own(task);
  }

  private static boolean isTrace(Context context) {
    return Span.fromContext(context).getSpanContext().isValid();
  }

  private static Context own(TaskId task) {
    String trace = hex("trace " + task);
    String span = hex("span " + task).substring(0, SPAN_CHARACTERS);
    SpanContext origin =
        SpanContext.createFromRemoteParent(
            trace, span, TraceFlags.getSampled(), TraceState.getDefault());
    return Context.root().with(Span.wrap(origin));
  }

  private static String hex(String name) {
    return EventId.of(name).toString().replace("-", "");
  }
}
