package loganalytics;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** The options of the job. */
public record JobOptions(
    String brokers,
    String prefix,
    List<String> aggregate,
    long gatherMillis,
    int gatherPartials,
    long checkpointMillis,
    long callTimeoutMillis,
    int maxHeld,
    long maxHeldBytes,
    Map<String, String> kafka)
    implements Serializable {

  /** Each option with its default; an empty one is required. */
  static final Map<String, String> DEFAULTS =
      Map.of(
          "brokers", "127.0.0.1:9092",
          "prefix", "log-analytics-",
          "aggregate", "",
          "gather-ms", "2000",
          "gather-partials", "500",
          "checkpoint-ms", "2000",
          "call-timeout-ms", "15000",
          "max-held", "20000",
          "max-held-mib", "64",
          "kafka-properties", "none");

  /**
   * Parses arguments such as {@code --brokers kafka:9092}.
   *
   * @throws IllegalArgumentException an option is unknown, missing, or has a wrong value
   */
  public static JobOptions parse(String... args) {
    Map<String, String> given = new HashMap<>(DEFAULTS);
    for (int at = 0; at < args.length; at += 2) {
      String name = args[at].startsWith("--") ? args[at].substring(2) : "";
      if (!DEFAULTS.containsKey(name)) throw new IllegalArgumentException("There is no option " + args[at] + ".");
      if (at + 1 == args.length) throw new IllegalArgumentException("--" + name + " needs a value.");
      given.put(name, args[at + 1]);
    }
    List<String> aggregate = List.of(given.get("aggregate").split(","));
    for (String address : aggregate) {
      if (address.matches("https?://[^/?#\\s]+")) continue;
      throw new IllegalArgumentException(
          "--aggregate must list addresses of internal ports such as http://aggregate:8081, and is \"" + given.get("aggregate") + "\".");
    }
    return new JobOptions(
        given.get("brokers"),
        given.get("prefix"),
        aggregate,
        number(given, "gather-ms", 60_000),
        (int) number(given, "gather-partials", 5_000),
        number(given, "checkpoint-ms", 600_000),
        number(given, "call-timeout-ms", 600_000),
        (int) number(given, "max-held", 1_000_000),
        number(given, "max-held-mib", 4_096) * 1024 * 1024,
        readProperties(given.get("kafka-properties")));
  }

  private static long number(Map<String, String> given, String name, long max) {
    String text = given.get(name);
    if (text.matches("\\d{1,9}") && Long.parseLong(text) >= 1 && Long.parseLong(text) <= max) return Long.parseLong(text);
    throw new IllegalArgumentException("--" + name + " must be a whole number of 1–" + max + ", and is \"" + text + "\".");
  }

  /** Reads a file of properties for Kafka's clients, such as TLS and credentials. */
  private static Map<String, String> readProperties(String path) {
    Map<String, String> read = new HashMap<>();
    if (path.equals("none")) return read;
    Properties properties = new Properties();
    try (var reader = Files.newBufferedReader(Path.of(path))) {
      properties.load(reader);
    } catch (IOException error) {
      throw new IllegalArgumentException("The file of --kafka-properties cannot be read: " + path, error);
    }
    for (String name : properties.stringPropertyNames()) read.put(name, properties.getProperty(name));
    return read;
  }

  /** The topics that it reads. */
  public List<String> topics() {
    return List.of(prefix + "insights", prefix + "late");
  }

  /** The group whose positions it moves. */
  public String group() {
    return prefix + "flink";
  }

  /** The groups of the roles that read the same topics, in the same order. */
  public List<String> groupsOfRoles() {
    return List.of(prefix + "aggregate", prefix + "aggregate-late");
  }
}
