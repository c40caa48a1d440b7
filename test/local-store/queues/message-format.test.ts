import { describe, expect, it } from 'vitest';
import { UnreadableFormat } from '../../../lib/errors.ts';
import {
  decodeContent,
  decodeState,
  encodeContent,
  encodeState,
} from '../../../local-store/queues/message-format.ts';

describe('the stored format of a message', () => {
  it.each([
    { body: '', sourceQueue: undefined },
    { body: '{"päyload":"✓"}', sourceQueue: undefined },
    { body: 'body', sourceQueue: 'verify-ü' },
  ])('gives back the content %j', (content) => {
    expect(decodeContent(encodeContent(content))).toEqual(content);
  });

  it.each([
    { sentAt: 0, firstReceivedAt: undefined, receiveCount: 0 },
    { sentAt: 1_766_944_980_250, firstReceivedAt: 1_766_944_985_250, receiveCount: 1_000 },
  ])('gives back the state %j', (state) => {
    expect(decodeState(encodeState(state))).toEqual(state);
  });

  it('is these bytes in version 1', () => {
    expect(encodeContent({ body: 'ab', sourceQueue: 'v' }).toString('hex')).toBe('010001766162');
    expect(encodeState({ sentAt: 1, firstReceivedAt: 2, receiveCount: 3 }).toString('hex')).toBe(
      '013ff0000000000000400000000000000000000003',
    );
  });

  it.each([
    ['a newer version', Buffer.from([2, 0, 0]), /version 2/],
    ['nothing', Buffer.alloc(0), /cut off/],
    ['too little', Buffer.from([1, 0, 5, 0x61]), /cut off/],
  ])('is not read from %s', (_, stored, message) => {
    expect(() => decodeContent(stored)).toThrow(UnreadableFormat);
    expect(() => decodeContent(stored)).toThrow(message);
    expect(() => decodeState(stored)).toThrow(message);
  });
});
