package loganalytics;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves the positions of the job's group at each checkpoint barrier, up to the first partial that is not in its window.
 * Flink's own source would commit what it has read, also past partials that wait here. There is one of these.
 */
public final class CommitOperator extends AbstractStreamOperator<Void> implements OneInputStreamOperator<Reached, Void> {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(CommitOperator.class);

  private final JobOptions options;

  private transient GroupPositions positions;
  /** The offset after the last received record, by partition; kept, since a partition may get no more records. */
  private transient Map<Place, Long> received;
  /** The first held offsets that came before the next barrier. */
  private transient Map<Place, Long> firstHeld;
  private transient ListState<Reached> state;

  public CommitOperator(JobOptions options) {
    this.options = options;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    received = new HashMap<>();
    firstHeld = new HashMap<>();
    state = context.getOperatorStateStore().getListState(new ListStateDescriptor<>("received", Reached.class));
    for (Reached reached : state.get()) received.merge(reached.place(), reached.received, Math::max);
  }

  @Override
  public void open() throws Exception {
    super.open();
    positions = new GroupPositions(options);
  }

  @Override
  public void processElement(StreamRecord<Reached> element) {
    Reached reached = element.getValue();
    received.merge(reached.place(), reached.received, Math::max);
    if (reached.firstHeld != Long.MAX_VALUE) firstHeld.merge(reached.place(), reached.firstHeld, Math::min);
  }

  /** The barrier came from every subtask, and before it each said how far it is. */
  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    Map<Place, Long> reached = new HashMap<>(received);
    firstHeld.forEach((place, offset) -> reached.merge(place, offset, Math::min));
    firstHeld.clear();
    try {
      positions.move(reached);
    } catch (ExecutionException error) {
      LOG.warn("The positions could not be moved; trying again at the next checkpoint.", error);
    }
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    state.update(received.entrySet().stream().map(each -> new Reached(each.getKey(), each.getValue(), Long.MAX_VALUE)).toList());
  }

  @Override
  public void close() throws Exception {
    if (positions != null) positions.close();
    super.close();
  }
}
