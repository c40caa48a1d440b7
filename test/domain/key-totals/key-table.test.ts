import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyScan } from '../../../lib/domain/key-totals/key-scan.ts';
import { KeyTable } from '../../../lib/domain/key-totals/key-table.ts';

function add(table: KeyTable, key: Buffer, requests: number): void {
  const around = Buffer.concat([Buffer.from('"'), key, Buffer.from('":')]);
  const view = new DataView(around.buffer, around.byteOffset, around.length);
  const scan = new KeyScan();
  scan.scan(around, view, 1);
  table.add(around, view, 1, 1 + key.length, scan.hash, requests);
}

function entriesOf(table: KeyTable): [key: string, requests: number][] {
  return [...table.requests().entries()].map(([place, requests]) => [
    table.bytesOf(place).toString('latin1'),
    requests,
  ]);
}

/** Blocks of eight bytes with equal hashes, since the change in the second word undoes that in the first. */
const alike = [Buffer.alloc(8), Buffer.from([0, 0, 0, 0x80, 0, 0, 1, 0x80])] as const;

function collidingKey(number: number): Buffer {
  return Buffer.concat(Array.from({ length: 16 }, (_, bit) => alike[(number >> bit) & 1 ? 1 : 0]));
}

describe('a key table', () => {
  it('has the sum of each key, in the order in which keys came', () => {
    const key = fc.oneof(
      fc.uint8Array({ maxLength: 9 }),
      fc.constantFrom(...Array.from({ length: 64 }, (_, n) => collidingKey(n))),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.integer({ min: 1, max: 99 })), { maxLength: 200 }), (added) => {
        const table = new KeyTable();
        const sums = new Map<string, number>();
        for (const [bytes, requests] of added) {
          add(table, Buffer.from(bytes), requests);
          const name = Buffer.from(bytes).toString('latin1');
          sums.set(name, (sums.get(name) ?? 0) + requests);
        }
        expect(entriesOf(table)).toEqual([...sums]);
        expect(table.size).toBe(sums.size);
        expect(table.textBytes).toBe([...sums.keys()].join('').length);
      }),
    );
  });

  it('adds up a full range of keys that were chosen to collide', () => {
    const table = new KeyTable();
    const count = 50_000; // a search through all of them would take minutes here
    for (const round of [1, 2]) {
      for (let number = 0; number < count; number++) add(table, collidingKey(number), round);
    }
    expect(table.size).toBe(count);
    expect(table.requests().every((requests) => requests === 3)).toBe(true);
  });

  it('stays at 2^53 − 1 where a sum is beyond', () => {
    const table = new KeyTable();
    for (const requests of [Number.MAX_SAFE_INTEGER, 5]) add(table, Buffer.from('GET /'), requests);
    expect(entriesOf(table)).toEqual([['GET /', Number.MAX_SAFE_INTEGER]]);
  });
});
