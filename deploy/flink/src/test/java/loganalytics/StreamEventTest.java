package loganalytics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

/** `test/self-hosted/flink-vectors.test.ts` checks the vectors against the TypeScript code. */
class StreamEventTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static JsonNode vectors() throws IOException {
    try (var file = StreamEventTest.class.getResourceAsStream("/vectors.json")) {
      return JSON.readTree(file);
    }
  }

  private static byte[] bytes(JsonNode node) {
    return Base64.getDecoder().decode(node.asText());
  }

  @Test
  void decodesThePartitionKey() throws IOException {
    for (JsonNode key : vectors().get("keys")) {
      assertEquals(key.get("partitionKey").asText(), Partial.keyOf(bytes(key.get("recordKey"))));
    }
    assertEquals("", Partial.keyOf(null));
  }

  @Test
  void encodesRecordsAsTheEventSourceDoes() throws IOException {
    List<Partial> partials = new ArrayList<>();
    for (JsonNode record : vectors().get("records")) {
      partials.add(
          new Partial(
              record.get("topic").asText(),
              record.get("partition").asInt(),
              record.get("offset").asLong(),
              record.get("appendedAt").asLong(),
              Partial.keyOf(bytes(record.get("recordKey"))),
              bytes(record.get("value"))));
    }
    JsonNode event = JSON.readTree(StreamEvent.encode(partials));
    JsonNode expected = vectors().get("event");
    assertEquals(expected.get("Records").size(), event.get("Records").size());
    for (int at = 0; at < partials.size(); at += 1) {
      JsonNode record = event.get("Records").get(at);
      JsonNode due = expected.get("Records").get(at);
      due.fieldNames()
          .forEachRemaining(
              name -> {
                if (!name.equals("kinesis")) assertEquals(due.get(name), record.get(name), name);
              });
      assertEquals(due.size(), record.size());
      JsonNode kinesis = due.get("kinesis");
      for (String name : List.of("kinesisSchemaVersion", "partitionKey", "sequenceNumber", "data")) {
        assertEquals(kinesis.get(name), record.get("kinesis").get(name), name);
      }
      assertEquals(
          kinesis.get("approximateArrivalTimestamp").asDouble(),
          record.get("kinesis").get("approximateArrivalTimestamp").asDouble());
    }
  }

  @Test
  void readsWhichRecordsFailed() throws IOException {
    List<Partial> partials = List.of(partial(7), partial(8));
    assertEquals(Set.of(), failed("{\"batchItemFailures\":[]}", partials));
    assertEquals(Set.of(8L), failed("{\"batchItemFailures\":[{\"itemIdentifier\":\"8\"}]}", partials));
  }

  @Test
  void takesNothingForDoneIfTheAnswerIsAnother() {
    List<Partial> partials = List.of(partial(7));
    for (String answer :
        List.of("{}", "[]", "no", "{\"batchItemFailures\":[{}]}", "{\"batchItemFailures\":[{\"itemIdentifier\":\"9\"}]}")) {
      assertThrows(IOException.class, () -> failed(answer, partials), answer);
    }
  }

  private static Set<Long> failed(String answer, List<Partial> partials) throws IOException {
    return StreamEvent.failedOf(answer.getBytes(StandardCharsets.UTF_8), partials);
  }

  private static Partial partial(long offset) {
    return new Partial("insights", 0, offset, 0, "cus/window", new byte[] {1});
  }
}
