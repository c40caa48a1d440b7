import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBatcher, type BatcherOptions } from '../../client/create-batcher.ts';
import type { Batch, SendOutcome } from '../../client/open-pipeline.ts';

const entry = (path: string) => ({
  receivedAt: '2025-12-28T18:03:07Z',
  method: 'GET',
  path,
  userAgent: 'curl/8.0',
});

/** A batcher whose batches are answered as the test says, and what it has sent and failed with. */
function batcherOn(answer: (batch: Batch) => Promise<SendOutcome>, options: Partial<BatcherOptions> = {}) {
  const sent: Batch[] = [];
  const failed: [string, Batch][] = [];
  const pipeline = {
    send(batch: Batch) {
      sent.push(batch);
      return answer(batch);
    },
  };
  const onFailure = (error: Error, batch: Batch) => void failed.push([error.message, batch]);
  return { batcher: createBatcher(pipeline, { ...options, onFailure }), sent, failed };
}

const paths = (sent: readonly Batch[]) => sent.map(({ entries }) => entries.map(({ path }) => path));
const accept = async (): Promise<SendOutcome> => 'accepted';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a batcher', () => {
  it('sends entries together, each batch under a key of its own', async () => {
    const { batcher, sent } = batcherOn(accept, { maxEntries: 2 });
    for (const path of ['/a', '/b', '/c']) expect(batcher.add(entry(path))).toBe(true);
    expect(paths(sent)).toEqual([['/a', '/b']]);
    await batcher.flush();
    expect(paths(sent)).toEqual([['/a', '/b'], ['/c']]);
    expect(new Set(sent.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(2);
  });

  it('sends what has waited long enough', async () => {
    const { batcher, sent } = batcherOn(accept, { flushAfterSeconds: 3 });
    batcher.add(entry('/a'));
    await vi.advanceTimersByTimeAsync(2_999);
    batcher.add(entry('/b'));
    expect(sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(paths(sent)).toEqual([['/a', '/b']]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sent).toHaveLength(1);
  });

  it('keeps a batch within its bytes', async () => {
    const { batcher, sent } = batcherOn(accept, { maxBytes: 1_000 });
    for (let n = 0; n < 4; n++) batcher.add(entry(`/${'ü'.repeat(150)}`));
    await batcher.flush();
    expect(sent.map(({ entries }) => entries.length)).toEqual([2, 2]);
    for (const { entries } of sent) {
      const lines = entries.map((each) => JSON.stringify(each)).join('\n');
      expect(Buffer.byteLength(lines)).toBeLessThanOrEqual(1_000);
    }
  });

  it('hands over what could not be sent, with its key, and goes on', async () => {
    const { batcher, sent, failed } = batcherOn(
      async ({ entries }) => {
        if (entries[0]?.path === '/a') throw new Error('refused');
        return 'accepted';
      },
      { maxEntries: 1 },
    );
    batcher.add(entry('/a'));
    batcher.add(entry('/b'));
    await batcher.flush();
    expect(failed).toEqual([['refused', sent[0]]]);
    expect(paths(sent)).toEqual([['/a'], ['/b']]);
  });

  it('accepts entries up to its limit while no request is answered, and accepts more after that', async () => {
    let answer = () => {};
    const held = new Promise<SendOutcome>((resolve) => {
      answer = () => resolve('accepted');
    });
    const { batcher } = batcherOn(() => held, { maxEntries: 2, maxWaitingEntries: 3 });
    expect(['/a', '/b', '/c', '/d'].map((path) => batcher.add(entry(path)))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    const flushed = batcher.flush();
    answer();
    await flushed;
    expect(batcher.add(entry('/e'))).toBe(true);
    await batcher.flush();
  });
});
