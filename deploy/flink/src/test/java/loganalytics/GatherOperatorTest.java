package loganalytics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GatherOperatorTest {
  private HttpServer server;
  /** The offsets of each call. */
  private final List<List<Long>> calls = Collections.synchronizedList(new ArrayList<>());
  private final Set<Long> failing = ConcurrentHashMap.newKeySet();
  private volatile int status = 200;

  @BeforeEach
  void startServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext(
        "/functions/aggregate",
        exchange -> {
          List<Long> offsets = new ArrayList<>();
          for (JsonNode record : new ObjectMapper().readTree(exchange.getRequestBody()).get("Records")) {
            offsets.add(record.get("kinesis").get("sequenceNumber").asLong());
          }
          calls.add(offsets);
          String failures =
              String.join(",", offsets.stream().filter(failing::contains).map("{\"itemIdentifier\":\"%d\"}"::formatted).toList());
          byte[] answer = "{\"batchItemFailures\":[%s]}".formatted(failures).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, answer.length);
          try (var body = exchange.getResponseBody()) {
            body.write(answer);
          }
        });
    server.start();
  }

  @AfterEach
  void stopServer() {
    server.stop(0);
  }

  private KeyedOneInputStreamOperatorTestHarness<String, Partial, Reached> open(OperatorSubtaskState state) throws Exception {
    JobOptions options = JobOptions.parse("--aggregate", "http://127.0.0.1:" + server.getAddress().getPort());
    var harness =
        new KeyedOneInputStreamOperatorTestHarness<>(new GatherOperator(options), (Partial partial) -> partial.key, Types.STRING);
    if (state != null) harness.initializeState(state);
    harness.open();
    return harness;
  }

  private static StreamRecord<Partial> record(String key, long offset) {
    return new StreamRecord<>(new Partial("insights", 0, offset, 0, key, new byte[] {1}));
  }

  private static List<String> reached(KeyedOneInputStreamOperatorTestHarness<String, Partial, Reached> harness) {
    List<String> texts = new ArrayList<>();
    for (Reached each : harness.extractOutputValues()) {
      texts.add(each.received + (each.firstHeld == Long.MAX_VALUE ? "" : ", holds " + each.firstHeld));
    }
    harness.getOutput().clear();
    return texts;
  }

  @Test
  void makesOneCallForWhatItGatheredInTwoSeconds() throws Exception {
    try (var harness = open(null)) {
      harness.setProcessingTime(0);
      harness.processElement(record("a", 0));
      harness.processElement(record("a", 1));
      harness.setProcessingTime(1_999);
      assertEquals(List.of(), calls);
      harness.setProcessingTime(2_100);
      assertEquals(List.of(List.of(0L, 1L)), calls);
    }
  }

  @Test
  void handsOverEverythingBeforeACheckpointBarrierAndSaysHowFarItIs() throws Exception {
    try (var harness = open(null)) {
      harness.processElement(record("a", 0));
      harness.processElement(record("b", 1));
      harness.prepareSnapshotPreBarrier(1);
      assertEquals(List.of(List.of(0L, 1L)), calls);
      assertEquals(List.of("2"), reached(harness));
      harness.prepareSnapshotPreBarrier(2);
      assertEquals(List.of("2"), reached(harness));
    }
  }

  @Test
  void keepsWhatFailedAlsoThroughACheckpointAndTriesItAgain() throws Exception {
    failing.add(1L);
    OperatorSubtaskState state;
    try (var harness = open(null)) {
      harness.setProcessingTime(0);
      for (long offset = 0; offset < 3; offset += 1) harness.processElement(record("key-" + offset, offset));
      harness.prepareSnapshotPreBarrier(1);
      assertEquals(List.of("3, holds 1"), reached(harness));
      state = harness.snapshot(1, 0);
    }
    calls.clear();
    try (var harness = open(state)) {
      harness.prepareSnapshotPreBarrier(2);
      assertEquals(List.of(List.of(1L)), calls);
      assertEquals(List.of("0, holds 1"), reached(harness));
      failing.clear();
      harness.setProcessingTime(1_000);
      assertEquals(List.of(List.of(1L), List.of(1L)), calls);
      harness.prepareSnapshotPreBarrier(3);
      assertEquals(List.of(), reached(harness));
      state = harness.snapshot(3, 0);
    }
    try (var harness = open(state)) {
      harness.prepareSnapshotPreBarrier(4);
      assertEquals(List.of(), reached(harness));
    }
  }

  @Test
  void takesNothingForDoneWhenTheCallFails() throws Exception {
    for (int failure : List.of(500, 503, 404)) {
      status = failure;
      try (var harness = open(null)) {
        harness.setProcessingTime(0);
        harness.processElement(record("a", 7));
        harness.prepareSnapshotPreBarrier(1);
        assertEquals(List.of("8, holds 7"), reached(harness));
        status = 200;
        harness.setProcessingTime(1_000);
        harness.prepareSnapshotPreBarrier(2);
        assertEquals(List.of("8"), reached(harness));
      }
    }
  }

  @Test
  void holdsWhatCameWhileNobodyAnswers() throws Exception {
    int port = server.getAddress().getPort();
    server.stop(0);
    JobOptions options = JobOptions.parse("--aggregate", "http://127.0.0.1:" + port);
    try (var harness =
        new KeyedOneInputStreamOperatorTestHarness<>(new GatherOperator(options), (Partial partial) -> partial.key, Types.STRING)) {
      harness.open();
      harness.setProcessingTime(0);
      harness.processElement(record("a", 4));
      harness.prepareSnapshotPreBarrier(1);
      assertEquals(List.of("5, holds 4"), reached(harness));
      assertTrue(calls.isEmpty());
    }
  }
}
