package loganalytics;

import java.io.IOException;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;

/** The call of the function: a {@code KinesisStreamEvent} with records of one partition, and its partial-batch response. */
public final class StreamEvent {
  private static final ObjectMapper JSON = new ObjectMapper();

  private StreamEvent() {}

  /** Encodes records of one partition as the event that AWS would deliver of a shard. */
  public static byte[] encode(List<Partial> partials) throws IOException {
    ObjectNode event = JSON.createObjectNode();
    var records = event.putArray("Records");
    for (Partial partial : partials) {
      ObjectNode record = records.addObject();
      record.put("eventID", partial.partition + ":" + partial.offset);
      record.put("eventName", "aws:kinesis:record");
      record.put("eventSource", "aws:kinesis");
      record.put("eventSourceARN", "arn:aws:kinesis:local:000000000000:stream/" + partial.topic);
      record.put("eventVersion", "1.0");
      record.put("awsRegion", "local");
      record.put("invokeIdentityArn", "arn:aws:iam::000000000000:role/local");
      ObjectNode kinesis = record.putObject("kinesis");
      kinesis.put("kinesisSchemaVersion", "1.0");
      kinesis.put("partitionKey", partial.key);
      kinesis.put("sequenceNumber", Long.toString(partial.offset));
      kinesis.put("approximateArrivalTimestamp", partial.appendedAt / 1000.0);
      kinesis.put("data", Base64.getEncoder().encodeToString(partial.value));
    }
    return JSON.writeValueAsBytes(event);
  }

  /**
   * Returns the offsets that the function could not process.
   *
   * @throws IOException it is not a partial-batch response to these records; then none of them counts as done
   */
  public static Set<Long> failedOf(byte[] answer, List<Partial> partials) throws IOException {
    JsonNode failures = JSON.readTree(answer).path("batchItemFailures");
    if (!failures.isArray()) throw new IOException("The answer has no batchItemFailures.");
    Set<Long> sent = new HashSet<>();
    for (Partial partial : partials) sent.add(partial.offset);
    Set<Long> failed = new HashSet<>();
    for (JsonNode failure : failures) {
      String name = failure.path("itemIdentifier").asText();
      if (!name.matches("\\d{1,18}") || !sent.contains(Long.parseLong(name))) {
        throw new IOException("The answer names a record that was not sent: " + name);
      }
      failed.add(Long.parseLong(name));
    }
    return failed;
  }
}
