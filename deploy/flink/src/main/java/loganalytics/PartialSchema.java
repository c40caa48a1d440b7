package loganalytics;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.flink.util.Collector;

/** Reads records as they are: only the function `aggregate` decides what they mean. */
public final class PartialSchema implements KafkaRecordDeserializationSchema<Partial> {
  private static final long serialVersionUID = 1L;

  @Override
  public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<Partial> out) {
    byte[] value = record.value() == null ? new byte[0] : record.value();
    String key = Partial.keyOf(record.key());
    out.collect(new Partial(record.topic(), record.partition(), record.offset(), record.timestamp(), key, value));
  }

  @Override
  public TypeInformation<Partial> getProducedType() {
    return TypeInformation.of(Partial.class);
  }
}
