import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LoggedRecord } from '../../../local-store/local-stream.ts';
import { batchesOf, lanesOf, recordBytes } from '../../../event-source/stream/batches.ts';

function records(keys: readonly string[]): readonly LoggedRecord[] {
  return keys.map((partitionKey, index) => ({
    partitionKey,
    data: Buffer.alloc(index % 7),
    sequence: index + 1,
    putAt: new Date(0),
  }));
}

const someRecords = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')).map(records);

describe('lanes', () => {
  it('hold every record once, all of one key in one lane and in order', () => {
    fc.assert(
      fc.property(someRecords, fc.integer({ min: 1, max: 10 }), (all, laneCount) => {
        const lanes = lanesOf(all, laneCount);
        expect(lanes.length).toBeLessThanOrEqual(laneCount);
        const bySequence = lanes.flat().toSorted((a, b) => a.sequence - b.sequence);
        expect(bySequence).toEqual(all);
        for (const key of new Set(all.map(({ partitionKey }) => partitionKey))) {
          const own = lanes.filter((lane) => lane.some(({ partitionKey }) => partitionKey === key));
          expect(own).toHaveLength(1);
          const ordered = all.filter(({ partitionKey }) => partitionKey === key);
          expect(own[0]?.filter(({ partitionKey }) => partitionKey === key)).toEqual(ordered);
        }
      }),
    );
  });

  it('are used side by side by different keys', () => {
    const all = records(Array.from({ length: 100 }, (_, number) => `customer-${number}`));
    expect(lanesOf(all, 4)).toHaveLength(4);
  });
});

describe('batches', () => {
  it('keep the limits, the order and every record', () => {
    fc.assert(
      fc.property(
        someRecords,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 7, max: 30 }),
        (all, maxRecords, maxBytes) => {
          const batches = batchesOf(all, { maxRecords, maxBytes });
          expect(batches.flat()).toEqual(all);
          for (const batch of batches) {
            expect(batch.length).toBeGreaterThan(0);
            expect(batch.length).toBeLessThanOrEqual(maxRecords);
            expect(batch.reduce((sum, record) => sum + recordBytes(record), 0)).toBeLessThanOrEqual(maxBytes);
          }
        },
      ),
    );
  });
});
