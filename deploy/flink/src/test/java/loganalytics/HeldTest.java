package loganalytics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HeldTest {
  private static final int MANY_BYTES = 1_000_000;

  private final Held held = new Held(2_000, 3, below -> 0);

  private static Partial partial(String key, int partition, long offset) {
    return new Partial("insights", partition, offset, 0, key, new byte[10]);
  }

  private static List<List<Long>> offsets(List<List<Partial>> calls) {
    return calls.stream().map(call -> call.stream().map(partial -> partial.offset).toList()).toList();
  }

  @Test
  void gathersAKeyForTwoSeconds() {
    held.add(partial("a", 0, 1), 1_000);
    held.add(partial("a", 0, 2), 2_999);
    assertEquals(List.of(), held.calls(2_999, false, MANY_BYTES));
    assertEquals(List.of(List.of(1L, 2L)), offsets(held.calls(3_000, false, MANY_BYTES)));
  }

  @Test
  void reportsAKeyThatHasGatheredEnough() {
    assertFalse(held.add(partial("a", 0, 1), 0));
    held.add(partial("b", 0, 2), 0);
    assertFalse(held.add(partial("a", 0, 3), 0));
    assertTrue(held.add(partial("a", 0, 4), 0));
    assertEquals(List.of(List.of(1L, 3L, 4L)), offsets(held.calls(0, false, MANY_BYTES)));
  }

  @Test
  void handsOverEverythingBeforeACheckpointWithOnePartitionPerCall() {
    held.add(partial("a", 0, 1), 0);
    held.add(partial("b", 1, 1), 0);
    held.add(partial("c", 0, 2), 0);
    assertEquals(List.of(List.of(1L, 2L), List.of(1L)), offsets(held.calls(0, true, MANY_BYTES)));
  }

  @Test
  void limitsACallInRecordsAndBytes() {
    for (long offset = 1; offset <= 4; offset += 1) held.add(partial("key-" + offset, 0, offset), 0);
    assertEquals(List.of(List.of(1L, 2L, 3L), List.of(4L)), offsets(held.calls(0, true, MANY_BYTES)));
    assertEquals(List.of(List.of(1L), List.of(2L), List.of(3L), List.of(4L)), offsets(held.calls(0, true, 20)));
  }

  @Test
  void removesWhatIsDoneAlsoIfItCameTwice() {
    held.add(partial("a", 0, 1), 0);
    held.add(partial("a", 0, 1), 0);
    held.add(partial("a", 0, 2), 0);
    held.done(List.of(partial("a", 0, 1)));
    assertEquals(1, held.records());
    assertEquals(11, held.bytes());
    assertEquals(Map.of(new Place("insights", 0), 2L), held.firstOffsets());
    held.done(List.of(partial("a", 0, 2)));
    assertEquals(0, held.bytes());
    assertTrue(held.keys().isEmpty());
  }

  @Test
  void pausesAKeyThatFailedForLongerEachTimeAlsoBeforeACheckpoint() {
    Partial failing = partial("a", 0, 1);
    held.add(failing, 0);
    held.add(partial("b", 0, 2), 0);
    held.failed(List.of(failing), 0, false);
    assertEquals(1, held.failing());
    assertEquals(List.of(List.of(2L)), offsets(held.calls(99, true, MANY_BYTES)));
    assertEquals(List.of(List.of(1L, 2L)), offsets(held.calls(100, true, MANY_BYTES)));
    held.failed(List.of(failing), 100, false);
    assertEquals(List.of(List.of(2L)), offsets(held.calls(299, true, MANY_BYTES)));
    assertEquals(List.of(List.of(1L, 2L)), offsets(held.calls(300, true, MANY_BYTES)));
    for (int times = 0; times < 100; times += 1) held.failed(List.of(failing), 0, false);
    assertEquals(List.of(List.of(1L, 2L)), offsets(held.calls(15_000, true, MANY_BYTES)));
  }

  @Test
  void triesKeysOneByOneAfterACallThatFailedAsAWhole() {
    List<Partial> call = List.of(partial("a", 0, 1), partial("b", 0, 2));
    for (Partial partial : call) held.add(partial, 0);
    held.failed(call, 0, true);
    assertEquals(List.of(List.of(1L), List.of(2L)), offsets(held.calls(1_000, false, MANY_BYTES)));
  }

  @Test
  void keepsTheFirstOffsetOfEachPartition() {
    held.add(partial("a", 0, 5), 0);
    held.add(partial("b", 0, 3), 0);
    held.add(partial("c", 1, 9), 0);
    assertEquals(Map.of(new Place("insights", 0), 3L, new Place("insights", 1), 9L), held.firstOffsets());
  }
}
