package loganalytics;

import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.flink.streaming.api.CheckpointingMode;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * The job: reads {@code insights} and {@code late}, gathers partials by customer and window, hands them to the function
 * `aggregate`, and moves the positions of its group.
 */
public final class AggregateJob {
  private AggregateJob() {}

  public static void main(String[] args) throws Exception {
    JobOptions options = JobOptions.parse(args);
    try (GroupPositions positions = new GroupPositions(options)) {
      positions.begin();
    }
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    build(env, options);
    env.execute(options.prefix() + "aggregate");
  }

  static void build(StreamExecutionEnvironment env, JobOptions options) {
    env.enableCheckpointing(options.checkpointMillis(), CheckpointingMode.EXACTLY_ONCE);
    var checkpoints = env.getCheckpointConfig();
    // A slow function delays a checkpoint, and with it the position; that is no reason to start again.
    checkpoints.setCheckpointTimeout(10 * 60_000);
    checkpoints.setTolerableCheckpointFailureNumber(Integer.MAX_VALUE);
    // A position covers what came before its barrier at every subtask.
    checkpoints.enableUnalignedCheckpoints(false);
    checkpoints.setMinPauseBetweenCheckpoints(Math.max(1, options.checkpointMillis() / 4));
    env.fromSource(source(options), WatermarkStrategy.noWatermarks(), "insights, late")
        .uid("partials")
        .keyBy(partial -> partial.key)
        .transform("gather", TypeInformation.of(Reached.class), new GatherOperator(options))
        .uid("gather")
        .transform("commit", TypeInformation.of(Void.class), new CommitOperator(options))
        .uid("commit")
        .setParallelism(1)
        .setMaxParallelism(1)
        .sinkTo(new DiscardingSink<>())
        .uid("end")
        .setParallelism(1);
  }

  private static KafkaSource<Partial> source(JobOptions options) {
    Properties properties = new Properties();
    properties.putAll(options.kafka());
    // The operator `commit` moves the positions.
    properties.put("commit.offsets.on.checkpoint", "false");
    properties.put("enable.auto.commit", "false");
    properties.put("partition.discovery.interval.ms", "10000");
    properties.put("max.partition.fetch.bytes", Integer.toString(4 * 1024 * 1024));
    return KafkaSource.<Partial>builder()
        .setBootstrapServers(options.brokers())
        .setTopics(options.topics())
        .setGroupId(options.group())
        // An older checkpoint may begin before the first record; `commit` checks that nothing is missed.
        .setStartingOffsets(OffsetsInitializer.committedOffsets(OffsetResetStrategy.EARLIEST))
        .setDeserializer(new PartialSchema())
        .setProperties(properties)
        .build();
  }
}
