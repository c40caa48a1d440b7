import type { StreamRecord } from '../../lib/ports/event-stream.ts';
import { UnreadableFormat } from '../../lib/errors.ts';

/**
 * The stored form of a record: the format's version (1 byte), when it was put (8 bytes, milliseconds since 1970 as a
 * double), the length of the partition key (2 bytes), in version 2 the number of entries (4 bytes), the partition key
 * in UTF-8, the data. Numbers are big-endian. A record without a number of entries has version 1.
 */
const withoutEntries = 1;
const withEntries = 2;

const headerBytes = { [withoutEntries]: 11, [withEntries]: 15 } as const;
const maxEntries = 2 ** 32 - 1;

/** A record as stored, without its place. */
export interface StoredRecord extends StreamRecord {
  readonly data: Buffer;
  readonly putAt: Date;
}

/** Encodes a copy of the record as one value; the caller may change its own afterwards. */
export function encodeEnvelope({ partitionKey, data, entries }: StreamRecord, putAt: Date): Buffer {
  const isCounted = entries !== undefined && entries <= maxEntries;
  const version = isCounted ? withEntries : withoutEntries;
  const keyBytes = Buffer.byteLength(partitionKey);
  const keyStart = headerBytes[version];
  const envelope = Buffer.allocUnsafe(keyStart + keyBytes + data.byteLength);
  envelope.writeUInt8(version, 0);
  envelope.writeDoubleBE(putAt.getTime(), 1);
  envelope.writeUInt16BE(keyBytes, 9);
  if (isCounted) envelope.writeUInt32BE(entries, 11);
  envelope.write(partitionKey, keyStart);
  envelope.set(data, keyStart + keyBytes);
  return envelope;
}

/**
 * Decodes the record in `envelope`; its data is a view of it, not a copy.
 * @throws UnreadableFormat  a newer version wrote it, or it is damaged
 */
export function decodeEnvelope(envelope: Buffer): StoredRecord {
  const version = envelope[0];
  if (version !== withoutEntries && version !== withEntries) {
    throw new UnreadableFormat(
      `A stream record has format version ${version}; this program reads version ${withEntries}. ` +
        'A newer version of the program wrote it: use that one.',
    );
  }
  const keyStart = headerBytes[version];
  const dataStart = envelope.length < keyStart ? Infinity : keyStart + envelope.readUInt16BE(9);
  if (envelope.length < dataStart) {
    throw new UnreadableFormat(`A stream record of ${envelope.length} bytes is cut off.`);
  }
  return {
    partitionKey: envelope.toString('utf8', keyStart, dataStart),
    data: envelope.subarray(dataStart),
    putAt: new Date(envelope.readDoubleBE(1)),
    ...(version === withEntries && { entries: envelope.readUInt32BE(11) }),
  };
}
