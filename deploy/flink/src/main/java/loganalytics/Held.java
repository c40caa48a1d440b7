package loganalytics;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongUnaryOperator;

/**
 * The partials that wait here to be added to their windows, by key. A key is due when it has gathered for long enough or
 * gathered enough; after a failure, when its pause is over. Times are milliseconds of the caller's clock.
 */
final class Held {
  private static final long FIRST_PAUSE = 200;
  private static final long LONGEST_PAUSE = 30_000;

  private static final class Window {
    final List<Partial> partials = new ArrayList<>();
    long since;
    int failures;
    long retryAt;
    boolean isAlone;
  }

  private final long gatherMillis;
  private final int maxPartials;
  /** Returns a number from 0 to below its argument. */
  private final LongUnaryOperator random;
  private final Map<String, Window> windows = new LinkedHashMap<>();
  private long records;
  private long bytes;

  Held(long gatherMillis, int maxPartials, LongUnaryOperator random) {
    this.gatherMillis = gatherMillis;
    this.maxPartials = maxPartials;
    this.random = random;
  }

  /** Adds a partial; returns true if its key has gathered enough. */
  boolean add(Partial partial, long now) {
    Window window = windows.computeIfAbsent(partial.key, key -> new Window());
    if (window.partials.isEmpty()) window.since = now;
    window.partials.add(partial);
    records += 1;
    bytes += partial.bytes();
    return window.failures == 0 && window.partials.size() >= maxPartials;
  }

  long records() {
    return records;
  }

  long bytes() {
    return bytes;
  }

  /** Number of keys whose last attempt failed. */
  long failing() {
    return windows.values().stream().filter(window -> window.failures > 0).count();
  }

  Set<String> keys() {
    return windows.keySet();
  }

  List<Partial> of(String key) {
    Window window = windows.get(key);
    return window == null ? List.of() : window.partials;
  }

  /** Returns the calls to make now: for keys that are due or, before a checkpoint, for all that did not just fail. */
  List<List<Partial>> calls(long now, boolean isCheckpoint, int maxBytes) {
    List<Call> calls = new ArrayList<>();
    Map<Place, Call> open = new HashMap<>();
    for (Window window : windows.values()) {
      if (!isDue(window, now, isCheckpoint)) continue;
      Map<Place, Call> shared = window.isAlone ? new HashMap<>() : open;
      for (Partial partial : window.partials) {
        Call call = shared.get(partial.place());
        if (call == null || !call.hasRoomFor(partial, maxBytes)) {
          call = new Call();
          calls.add(call);
          shared.put(partial.place(), call);
        }
        call.add(partial);
      }
    }
    return calls.stream().map(call -> call.partials).toList();
  }

  private boolean isDue(Window window, long now, boolean isCheckpoint) {
    if (window.failures > 0) return now >= window.retryAt;
    return isCheckpoint || window.partials.size() >= maxPartials || now >= window.since + gatherMillis;
  }

  private final class Call {
    final List<Partial> partials = new ArrayList<>();
    private long bytes;

    boolean hasRoomFor(Partial partial, int maxBytes) {
      return partials.size() < maxPartials && bytes + partial.bytes() <= maxBytes;
    }

    void add(Partial partial) {
      partials.add(partial);
      bytes += partial.bytes();
    }
  }

  /** Removes partials that are in their windows. */
  void done(Collection<Partial> partials) {
    Set<Partial> done = new HashSet<>(partials);
    for (String key : keysOf(partials)) {
      Window window = windows.get(key);
      if (window == null) continue;
      window.partials.removeIf(
          partial -> {
            if (!done.contains(partial)) return false;
            records -= 1;
            bytes -= partial.bytes();
            return true;
          });
      if (window.partials.isEmpty()) windows.remove(key);
    }
  }

  /**
   * Remembers that partials could not be added, and lets their keys pause.
   *
   * @param isCallAtFault the call failed as a whole, perhaps by one of its records: the keys are then tried one by one
   */
  void failed(Collection<Partial> partials, long now, boolean isCallAtFault) {
    for (String key : keysOf(partials)) {
      Window window = windows.get(key);
      if (window == null) continue;
      window.failures += 1;
      long pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE << Math.min(window.failures - 1, 10));
      window.retryAt = now + pause / 2 + random.applyAsLong(pause / 2 + 1);
      window.isAlone = isCallAtFault;
    }
  }

  /** Returns the offset of the first partial that is still here, by partition. */
  Map<Place, Long> firstOffsets() {
    Map<Place, Long> first = new HashMap<>();
    for (Window window : windows.values()) {
      for (Partial partial : window.partials) first.merge(partial.place(), partial.offset, Math::min);
    }
    return first;
  }

  private static Set<String> keysOf(Collection<Partial> partials) {
    Set<String> keys = new HashSet<>();
    for (Partial partial : partials) keys.add(partial.key);
    return keys;
  }
}
