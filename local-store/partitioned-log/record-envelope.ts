import type { StreamRecord } from '../../lib/ports/event-stream.ts';
import { UnreadableFormat } from '../../lib/errors.ts';

/**
 * How a record is stored: the format's version (1 byte), when it was put (8 bytes, milliseconds since 1970 as a
 * double), the length of the partition key (2 bytes), the partition key in UTF-8, the data. Numbers are big-endian.
 */
const formatVersion = 1;

/** What an envelope has beside the data and the partition key. */
export const envelopeHeaderBytes = 11;

/** A record as it is stored, without its place. */
export interface StoredRecord extends StreamRecord {
  readonly data: Buffer;
  readonly putAt: Date;
}

/** A copy of the record as one value; the caller may change its own afterwards. */
export function encodeEnvelope({ partitionKey, data }: StreamRecord, putAt: Date): Buffer {
  const keyBytes = Buffer.byteLength(partitionKey);
  const envelope = Buffer.allocUnsafe(envelopeHeaderBytes + keyBytes + data.byteLength);
  envelope.writeUInt8(formatVersion, 0);
  envelope.writeDoubleBE(putAt.getTime(), 1);
  envelope.writeUInt16BE(keyBytes, 9);
  envelope.write(partitionKey, envelopeHeaderBytes);
  envelope.set(data, envelopeHeaderBytes + keyBytes);
  return envelope;
}

/**
 * The record in `envelope`; its data is a part of it, not a copy.
 * @throws UnreadableFormat  a newer version wrote it, or it is damaged
 */
export function decodeEnvelope(envelope: Buffer): StoredRecord {
  const version = envelope[0];
  if (version !== formatVersion) {
    throw new UnreadableFormat(
      `A stream record has format version ${version}; this program reads version ${formatVersion}. ` +
        'A newer version of the program wrote it: use that one.',
    );
  }
  if (envelope.length < envelopeHeaderBytes || envelope.length < dataStart(envelope)) {
    throw new UnreadableFormat(`A stream record of ${envelope.length} bytes is cut off.`);
  }
  return {
    partitionKey: envelope.toString('utf8', envelopeHeaderBytes, dataStart(envelope)),
    data: envelope.subarray(dataStart(envelope)),
    putAt: new Date(envelope.readDoubleBE(1)),
  };
}

function dataStart(envelope: Buffer): number {
  return envelopeHeaderBytes + envelope.readUInt16BE(9);
}
