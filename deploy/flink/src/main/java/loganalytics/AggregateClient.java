package loganalytics;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Calls the function `aggregate` at the internal ports of its processes, which take turns. */
final class AggregateClient {
  private static final int CALLS_AT_ONCE = 4;

  /** What became of a call. */
  record Outcome(List<Partial> done, List<Partial> failed, boolean isCallAtFault, String reason) {}

  private final HttpClient http;
  private final List<URI> addresses;
  private final Duration timeout;
  private int turn;

  AggregateClient(List<String> addresses, Duration timeout, int firstTurn) {
    this.http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(2)).build();
    this.addresses = addresses.stream().map(address -> URI.create(address + "/functions/aggregate")).toList();
    this.timeout = timeout;
    this.turn = firstTurn;
  }

  /** Makes calls, a few at a time, and returns when all of them have ended. */
  List<Outcome> callAll(List<List<Partial>> calls) throws InterruptedException, IOException {
    List<Outcome> outcomes = new ArrayList<>();
    Deque<CompletableFuture<Outcome>> running = new ArrayDeque<>();
    try {
      for (List<Partial> partials : calls) {
        if (running.size() == CALLS_AT_ONCE) outcomes.add(running.remove().get());
        running.add(call(partials));
      }
      while (!running.isEmpty()) outcomes.add(running.remove().get());
    } catch (ExecutionException error) {
      throw new IOException(error.getCause());
    }
    return outcomes;
  }

  private CompletableFuture<Outcome> call(List<Partial> partials) throws IOException {
    URI address = addresses.get(Math.floorMod(turn++, addresses.size()));
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .timeout(timeout)
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(StreamEvent.encode(partials)))
            .build();
    return http.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray())
        .handle((response, error) -> error == null ? outcomeOf(response, partials) : failed(error, partials));
  }

  private static Outcome outcomeOf(HttpResponse<byte[]> response, List<Partial> partials) {
    int status = response.statusCode();
    if (status != 200) {
      // 503: it stops, or is not ready. Anything else may be due to one of the records.
      return new Outcome(List.of(), partials, status != 503, response.uri() + " answered " + status);
    }
    try {
      Set<Long> failed = StreamEvent.failedOf(response.body(), partials);
      List<Partial> done = partials.stream().filter(partial -> !failed.contains(partial.offset)).toList();
      List<Partial> left = partials.stream().filter(partial -> failed.contains(partial.offset)).toList();
      return new Outcome(done, left, false, left.isEmpty() ? "" : "the function could not add them");
    } catch (IOException error) {
      return new Outcome(List.of(), partials, true, error.toString());
    }
  }

  private static Outcome failed(Throwable error, List<Partial> partials) {
    Throwable cause = error instanceof CompletionException ? error.getCause() : error;
    boolean isUnreachable = cause instanceof ConnectException || cause instanceof HttpTimeoutException;
    return new Outcome(List.of(), partials, !isUnreachable, cause.toString());
  }
}
