package loganalytics;

/** How far a subtask has come with a partition, when a checkpoint begins. */
public final class Reached {
  public String topic = "";
  public int partition;
  /** The offset after the last record that it received. */
  public long received;
  /** The offset of the first record that is not in its window; {@code Long.MAX_VALUE} if there is none. */
  public long firstHeld = Long.MAX_VALUE;

  public Reached() {}

  public Reached(Place place, long received, long firstHeld) {
    this.topic = place.topic();
    this.partition = place.partition();
    this.received = received;
    this.firstHeld = firstHeld;
  }

  public Place place() {
    return new Place(topic, partition);
  }
}
