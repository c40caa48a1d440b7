import { beforeEach, describe, expect, it } from 'vitest';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { Unavailable, UnreadableFormat } from '../../../lib/errors.ts';
import { createObjectWindowReader } from '../../../lib/pipeline/query/object-window-reader.ts';
import type { WindowReader } from '../../../lib/ports/window-reader.ts';
import { createReaderWithStore } from '../../../self-hosted/clickhouse/reader-with-store.ts';
import { windowsFixture } from '../../contract/windows-fixture.ts';
import { customer, windowStart } from '../../factories.ts';

const starts = ['2025-12-28T18:03:00Z', '2025-12-28T18:04:00Z', '2025-12-28T18:05:00Z'].map(windowStart);
const range = {
  customerId: customer(),
  windowSize: 'minute',
  from: windowStart('2025-12-28T18:00:00Z'),
  to: windowStart('2025-12-28T19:00:00Z'),
} as const;

let stored: WindowReader;
let told: string[];
const tell = (line: string) => void told.push(line);
const logger = { warn: tell, info: tell };

beforeEach(async () => {
  told = [];
  const store = new InMemoryObjectStore();
  stored = createObjectWindowReader(store);
  const fixture = windowsFixture(store, stored, async () => undefined);
  for (const start of starts)
    await fixture.write({
      customerId: customer(),
      windowSize: 'minute',
      windowStart: start,
      paths: ['GET /'],
    });
});

/** Returns a model that fails behind some windows, for as long as it is away. */
function modelFailingAfter(windows: number, failure: () => Error | undefined): WindowReader {
  return {
    ...stored,
    async *windows(...args: Parameters<WindowReader['windows']>) {
      let read = 0;
      for await (const window of stored.windows(...args)) {
        const error = read === windows ? failure() : undefined;
        if (error !== undefined) throw error;
        read += 1;
        yield window;
      }
    },
  };
}

async function startsOf(reader: WindowReader): Promise<string[]> {
  const found: string[] = [];
  for await (const { windowStart: start } of reader.windows(range, 4)) found.push(start);
  return found;
}

describe('answers from the read model', () => {
  it.each([0, 1, 2])(
    'go on from the store, without a gap, if the model fails behind %i windows',
    async (windows) => {
      let isAway = true;
      const failure = () => (isAway ? new Unavailable('ClickHouse is away') : undefined);
      const reader = createReaderWithStore(modelFailingAfter(windows, failure), stored, logger);
      expect(await startsOf(reader)).toEqual(starts);
      expect(await startsOf(reader)).toEqual(starts);
      isAway = false;
      expect(await startsOf(reader)).toEqual(starts);
      expect(told).toEqual([
        'Answers come from the store, since ClickHouse cannot be read now',
        'Answers come from ClickHouse again',
      ]);
    },
  );

  it('fail where a window is damaged: the store has the same', async () => {
    const failure = () => new UnreadableFormat('A window is damaged.');
    const reader = createReaderWithStore(modelFailingAfter(1, failure), stored, logger);
    await expect(startsOf(reader)).rejects.toThrow('damaged');
  });
});
