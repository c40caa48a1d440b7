package loganalytics;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers partials by customer and window, and hands them to the function `aggregate`. It counts nothing: a window knows by
 * its ids what it has, so partials may come again, and an older state or none does no harm.
 *
 * <p>Before each checkpoint barrier it hands over everything. What failed stays, in memory and in the checkpoint, and is
 * tried again. The message that it then sends says up to where each partition is in its windows, and only so far the position
 * of the group may move.
 */
public final class GatherOperator extends AbstractStreamOperator<Reached> implements OneInputStreamOperator<Partial, Reached> {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(GatherOperator.class);
  private static final long LOOK_EVERY_MILLIS = 100;
  private static final int MAX_CALL_BYTES = 4 * 1024 * 1024;
  private static final ListStateDescriptor<Partial> HELD = new ListStateDescriptor<>("held", Partial.class);

  private final JobOptions options;

  private transient Held held;
  private transient AggregateClient client;
  private transient ListState<Partial> state;
  /** Keys that have state; written at checkpoints alone. */
  private transient Set<String> keysWithState;
  private transient Map<Place, Long> received;
  private transient long warnedAt;
  private transient Counter calls;
  private transient Counter failedCalls;
  private transient Counter added;
  private transient Counter failures;

  public GatherOperator(JobOptions options) {
    this.options = options;
  }

  @Override
  public void open() throws Exception {
    super.open();
    held = new Held(options.gatherMillis(), options.gatherPartials(), ThreadLocalRandom.current()::nextLong);
    int subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
    client = new AggregateClient(options.aggregate(), Duration.ofMillis(options.callTimeoutMillis()), subtask);
    keysWithState = new HashSet<>();
    received = new HashMap<>();
    state = getRuntimeContext().getListState(HELD);
    long now = getProcessingTimeService().getCurrentProcessingTime();
    this.<String>getKeyedStateBackend()
        .applyToAllKeys(
            VoidNamespace.INSTANCE,
            VoidNamespaceSerializer.INSTANCE,
            HELD,
            (key, partials) -> {
              keysWithState.add(key);
              for (Partial partial : partials.get()) held.add(partial, now);
            });
    registerMetrics();
    getProcessingTimeService().scheduleWithFixedDelay(time -> handOver(false), LOOK_EVERY_MILLIS, LOOK_EVERY_MILLIS);
  }

  private void registerMetrics() {
    MetricGroup group = getMetricGroup().addGroup("aggregate");
    calls = group.counter("calls");
    failedCalls = group.counter("failedCalls");
    added = group.counter("partialsAdded");
    failures = group.counter("partialsFailed");
    group.gauge("heldPartials", () -> held.records());
    group.gauge("heldBytes", () -> held.bytes());
    group.gauge("failingWindows", () -> held.failing());
  }

  @Override
  public void processElement(StreamRecord<Partial> element) throws Exception {
    Partial partial = element.getValue();
    received.merge(partial.place(), partial.offset + 1, Math::max);
    if (held.add(partial, getProcessingTimeService().getCurrentProcessingTime())) handOver(false);
    // Nothing more is received while this waits, so the topic's backlog grows and the summarizer pauses.
    while (held.records() >= options.maxHeld() || held.bytes() >= options.maxHeldBytes()) {
      handOver(true);
      if (held.records() < options.maxHeld() && held.bytes() < options.maxHeldBytes()) break;
      Thread.sleep(LOOK_EVERY_MILLIS);
    }
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    handOver(true);
    Map<Place, Long> first = held.firstOffsets();
    Set<Place> places = new HashSet<>(received.keySet());
    places.addAll(first.keySet());
    for (Place place : places) {
      long firstHeld = first.getOrDefault(place, Long.MAX_VALUE);
      output.collect(new StreamRecord<>(new Reached(place, received.getOrDefault(place, 0L), firstHeld)));
    }
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    Set<String> keys = new HashSet<>(keysWithState);
    keys.addAll(held.keys());
    for (String key : keys) {
      setCurrentKey(key);
      List<Partial> partials = held.of(key);
      if (partials.isEmpty()) state.clear();
      else state.update(new ArrayList<>(partials));
    }
    keysWithState = new HashSet<>(held.keys());
  }

  /** Calls the function for keys that are due or, before a checkpoint, for all that did not just fail. */
  private void handOver(boolean isCheckpoint) throws Exception {
    long now = getProcessingTimeService().getCurrentProcessingTime();
    List<List<Partial>> due = held.calls(now, isCheckpoint, MAX_CALL_BYTES);
    if (due.isEmpty()) return;
    for (AggregateClient.Outcome outcome : client.callAll(due)) {
      calls.inc();
      added.inc(outcome.done().size());
      held.done(outcome.done());
      if (outcome.failed().isEmpty()) continue;
      failedCalls.inc();
      failures.inc(outcome.failed().size());
      held.failed(outcome.failed(), getProcessingTimeService().getCurrentProcessingTime(), outcome.isCallAtFault());
      warn(outcome);
    }
  }

  /** Logs at most once in 10 seconds: in an outage every call fails. */
  private void warn(AggregateClient.Outcome outcome) {
    long now = getProcessingTimeService().getCurrentProcessingTime();
    if (now < warnedAt + 10_000) return;
    warnedAt = now;
    Partial first = outcome.failed().get(0);
    LOG.warn(
        "{} partials could not be added and are tried again, the first of {} at {}/{}/{}: {}",
        outcome.failed().size(),
        first.key,
        first.topic,
        first.partition,
        first.offset,
        outcome.reason());
  }
}
