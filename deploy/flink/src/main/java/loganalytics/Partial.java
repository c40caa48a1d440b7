package loganalytics;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * A record of the topics {@code insights} and {@code late}, with its place there. The job never looks into its value. Flink
 * stores it as a POJO, so its public fields are the format of savepoints.
 */
public final class Partial {
  public String topic = "";
  public int partition;
  public long offset;
  /** Milliseconds since 1970, by the clock of the broker. */
  public long appendedAt;
  /** The partition key: customer and window. */
  public String key = "";
  public byte[] value = new byte[0];

  public Partial() {}

  public Partial(String topic, int partition, long offset, long appendedAt, String key, byte[] value) {
    this.topic = topic;
    this.partition = partition;
    this.offset = offset;
    this.appendedAt = appendedAt;
    this.key = key;
    this.value = value;
  }

  /** Decodes the key of a record in Kafka; a record without one has the empty key, and the function decides about it. */
  public static String keyOf(byte[] bytes) {
    return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
  }

  public Place place() {
    return new Place(topic, partition);
  }

  public int bytes() {
    return key.length() + value.length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Partial that && place().equals(that.place()) && offset == that.offset;
  }

  @Override
  public int hashCode() {
    return Objects.hash(topic, partition, offset);
  }
}
