import { describe, expect, it } from 'vitest';
import {
  decodeAnnouncement,
  decodeIntent,
  encodeAnnouncement,
  encodeIntent,
} from '../../lib/domain/announcement.ts';
import { batchKey, minuteKey } from '../../lib/domain/keys.ts';
import { NewerFormat, UnreadableFormat } from '../../lib/errors.ts';
import { batchIdOf, customer, windowStart } from '../factories.ts';

const key = batchKey(customer('Cus%'), batchIdOf('A key/with everything?'));

describe('the records that announce objects', () => {
  it.each([true, false])('name a batch, and whether it is announced after a loss: %s', (isAfterLoss) => {
    expect(decodeIntent(encodeIntent({ key, isAfterLoss }))).toEqual({ key, isAfterLoss });
  });

  it('name a window', () => {
    const window = minuteKey(customer(), windowStart());
    expect(decodeAnnouncement(encodeAnnouncement(window))).toBe(window);
  });

  it('are the frozen text of version 1', () => {
    const text = '{"formatVersion":1,"key":"batches/cus-axon/k-a"}';
    expect(decodeIntent(Buffer.from(text)).key).toBe('batches/cus-axon/k-a');
    expect(encodeIntent({ key: decodeIntent(Buffer.from(text)).key, isAfterLoss: false }).toString()).toBe(
      text,
    );
  });

  it.each([
    ['{"formatVersion":1,"key":"aggregates/minute/a/2025/12/28/18/03.json"}', UnreadableFormat],
    ['{"formatVersion":1,"key":"batches/../secret"}', UnreadableFormat],
    ['{"formatVersion":1}', UnreadableFormat],
    ['nothing', UnreadableFormat],
    ['{"formatVersion":2,"key":"batches/cus-axon/k-a"}', NewerFormat],
  ])('are refused as %s', (text, error) => {
    expect(() => decodeIntent(Buffer.from(text))).toThrow(error);
  });
});
