/** A record of a partition, with its place there: the next one has a higher sequence number. */
export interface DeliveredRecord {
  readonly partitionKey: string;
  readonly data: Buffer;
  readonly sequence: number;
  readonly putAt: Date;
}
