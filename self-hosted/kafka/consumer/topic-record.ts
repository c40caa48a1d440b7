import type { RecordsBatch } from '@platformatic/kafka';

/** A record of a topic, with its place there. */
export interface TopicRecord {
  readonly offset: bigint;
  readonly key: string;
  readonly value: Buffer;
  /** Time when the broker appended it or, if the topic is set so, when it was sent. */
  readonly appendedAt: Date;
}

/** Bit that is set if the broker's time applies to all records of a batch. */
const logAppendTime = 0b1000;
const isControl = 0b100000;

/** Returns the records from an offset on. A broker sends whole batches, which may begin earlier. */
export function recordsFrom(batches: readonly RecordsBatch[], fromOffset: bigint): TopicRecord[] {
  return batches.flatMap((batch) => {
    if ((batch.attributes & isControl) !== 0) return [];
    return batch.records.flatMap((record) => {
      const offset = batch.firstOffset + BigInt(record.offsetDelta);
      if (offset < fromOffset) return [];
      const { key, value } = record;
      const time =
        (batch.attributes & logAppendTime) === 0
          ? batch.firstTimestamp + record.timestampDelta
          : batch.maxTimestamp;
      return [
        {
          offset,
          key: key?.toString() ?? '',
          value: value ?? Buffer.alloc(0),
          appendedAt: new Date(Number(time)),
        },
      ];
    });
  });
}

/** Returns the offset after the last record of the batches, even if they have nothing to deliver. */
export function nextOffset(batches: readonly RecordsBatch[], fromOffset: bigint): bigint {
  return batches.reduce((next, { firstOffset, lastOffsetDelta }) => {
    const after = firstOffset + BigInt(lastOffsetDelta) + 1n;
    return after > next ? after : next;
  }, fromOffset);
}
