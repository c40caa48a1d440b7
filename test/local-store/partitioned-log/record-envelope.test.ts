import { describe, expect, it } from 'vitest';
import { UnreadableFormat } from '../../../lib/errors.ts';
import { decodeEnvelope, encodeEnvelope } from '../../../local-store/partitioned-log/record-envelope.ts';

const putAt = new Date('2025-12-28T18:03:00.250Z');

describe('the envelope of a record', () => {
  it('gives back the key, the data and the time', () => {
    const record = { partitionKey: 'Ä'.repeat(256), data: Buffer.from([0, 255, 1]) };
    expect(decodeEnvelope(encodeEnvelope(record, putAt))).toEqual({ ...record, putAt });
  });

  it('is the same bytes in every version of the program that writes format 1', () => {
    const envelope = encodeEnvelope({ partitionKey: 'ab', data: Buffer.from('xyz') }, putAt);
    expect(envelope.toString('hex')).toBe(['01', '4279b6620bd1a000', '0002', '6162', '78797a'].join(''));
  });

  it('is the same bytes in every version of the program that writes format 2', () => {
    const record = { partitionKey: 'ab', data: Buffer.from('xyz'), entries: 258 };
    const envelope = encodeEnvelope(record, putAt);
    const stored = ['02', '4279b6620bd1a000', '0002', '00000102', '6162', '78797a'].join('');
    expect(envelope.toString('hex')).toBe(stored);
    expect(decodeEnvelope(envelope)).toEqual({ ...record, putAt });
  });

  it('is refused when a newer version wrote it, with a message that says so', () => {
    const envelope = encodeEnvelope({ partitionKey: 'a', data: Buffer.from('x') }, putAt);
    envelope[0] = 3;
    expect(() => decodeEnvelope(envelope)).toThrow(UnreadableFormat);
    expect(() => decodeEnvelope(envelope)).toThrow(/format version 3; this program reads version 2.*newer/);
  });

  it('is refused when it is cut off', () => {
    for (const entries of [undefined, 7]) {
      const envelope = encodeEnvelope({ partitionKey: 'abc', data: Buffer.from(''), entries }, putAt);
      expect(() => decodeEnvelope(envelope.subarray(0, 5))).toThrow(UnreadableFormat);
      expect(() => decodeEnvelope(envelope.subarray(0, envelope.length - 1))).toThrow(/cut off/);
    }
    expect(() => decodeEnvelope(Buffer.alloc(0))).toThrow(UnreadableFormat);
  });
});
