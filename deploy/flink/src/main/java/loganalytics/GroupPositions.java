package loganalytics;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.admin.Admin;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.TopicPartition;

/**
 * The positions of the job's group in Kafka. A position claims that everything before it is in its window or is kept as a
 * failed record; `countedThrough` is built on that claim.
 */
final class GroupPositions implements AutoCloseable {
  private final JobOptions options;
  private final Admin admin;

  GroupPositions(JobOptions options) {
    this.options = options;
    Properties properties = new Properties();
    properties.putAll(options.kafka());
    properties.put("bootstrap.servers", options.brokers());
    properties.put("default.api.timeout.ms", "20000");
    properties.put("request.timeout.ms", "10000");
    this.admin = Admin.create(properties);
  }

  /** Thrown when records were deleted that neither engine had read. */
  static final class RecordsLost extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    RecordsLost(TopicPartition partition, long position, long start) {
      super(
          "Records of the topic %s were deleted before they were counted: partition %d begins at %d, and the position is %d. "
                  .formatted(partition.topic(), partition.partition(), start, position)
              + "Run `announce --since` with an instant before the loss (npm run announce), which moves the position, too.");
    }
  }

  /** Thrown when a topic ends before a record that the job has read: it was replaced, or a broker has lost records. */
  static final class OtherTopic extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    OtherTopic(TopicPartition partition, long position, long end) {
      super(
          "Partition %d of the topic %s ends at %d, but the job has read up to %d: the topic is another one, or has lost records. "
                  .formatted(partition.partition(), partition.topic(), end, position)
              + "Submit the job without a checkpoint, and announce the batches since before the loss (npm run announce).");
    }
  }

  /**
   * Moves the group to where either engine has come, and gives it a position in every partition: one without a position
   * would hold up the barriers.
   *
   * @throws RecordsLost records were deleted that neither engine had read
   */
  void begin() throws ExecutionException, InterruptedException {
    move(Map.of());
  }

  /**
   * Moves the positions, but never back: after an older checkpoint, what is before them is in the windows all the same.
   *
   * @throws RecordsLost records were deleted that neither engine had read
   * @throws OtherTopic a topic ends before what was reached
   */
  void move(Map<Place, Long> reached) throws ExecutionException, InterruptedException {
    Map<TopicPartition, Long> own = committed(options.group());
    Map<TopicPartition, Long> ofRoles = new HashMap<>();
    for (String group : options.groupsOfRoles()) ofRoles.putAll(committed(group));
    List<TopicPartition> partitions = partitions();
    Map<TopicPartition, Long> starts = offsets(partitions, OffsetSpec.earliest());
    Map<TopicPartition, Long> ends = offsets(partitions, OffsetSpec.latest());
    Map<TopicPartition, OffsetAndMetadata> moved = new HashMap<>();
    for (TopicPartition partition : partitions) {
      long start = starts.get(partition);
      long end = ends.get(partition);
      Long before = own.get(partition);
      if (before != null && before > end) throw new RecordsLost(partition, before, start);
      Long elsewhere = ofRoles.get(partition);
      long known = Math.max(before == null ? 0 : before, elsewhere == null || elsewhere > end ? 0 : elsewhere);
      if (known < start) throw new RecordsLost(partition, known, start);
      Place place = new Place(partition.topic(), partition.partition());
      long position = Math.max(known, reached.getOrDefault(place, 0L));
      if (position > end) throw new OtherTopic(partition, position, end);
      if (before == null || position > before) moved.put(partition, new OffsetAndMetadata(position));
    }
    if (!moved.isEmpty()) admin.alterConsumerGroupOffsets(options.group(), moved).all().get();
  }

  private List<TopicPartition> partitions() throws ExecutionException, InterruptedException {
    List<TopicPartition> partitions = new ArrayList<>();
    admin
        .describeTopics(options.topics())
        .allTopicNames()
        .get()
        .forEach((topic, its) -> its.partitions().forEach(each -> partitions.add(new TopicPartition(topic, each.partition()))));
    return partitions;
  }

  private Map<TopicPartition, Long> offsets(List<TopicPartition> partitions, OffsetSpec spec)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
    for (TopicPartition partition : partitions) wanted.put(partition, spec);
    Map<TopicPartition, Long> found = new HashMap<>();
    admin.listOffsets(wanted).all().get().forEach((partition, info) -> found.put(partition, info.offset()));
    return found;
  }

  private Map<TopicPartition, Long> committed(String group) throws ExecutionException, InterruptedException {
    Map<TopicPartition, Long> found = new HashMap<>();
    admin
        .listConsumerGroupOffsets(Map.of(group, new ListConsumerGroupOffsetsSpec()))
        .partitionsToOffsetAndMetadata(group)
        .get()
        .forEach((partition, at) -> { if (at != null) found.put(partition, at.offset()); });
    return found;
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(2));
  }
}
