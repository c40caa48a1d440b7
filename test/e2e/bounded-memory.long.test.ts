import { readFile } from 'node:fs/promises';
import { brotliCompressSync, constants } from 'node:zlib';
import { expect, it } from 'vitest';
import { useEmulator } from './emulator.ts';
import { flood, tally } from './flood.ts';
import { countedRequests, entry } from './requests.ts';

const emulator = useEmulator();
const gibibyte = 1_024 ** 3;
const largestBatch = 2 * 1_024 * 1_024;

/** Returns the highest memory use of the emulator. */
async function peakMemoryBytes(): Promise<number> {
  const status = await readFile(`/proc/${emulator.pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1_024;
}

it.runIf(process.platform === 'linux')(
  'stays below 1 GiB while hundreds of clients send the largest batches there can be, in a hundred bytes each',
  async () => {
    const params = {
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_QUALITY]: 5,
    };
    const requests = Array.from({ length: 300 }, (_, n) => {
      const text = `[${JSON.stringify({ ...entry, path: `/${n}` })}`.padEnd(largestBatch - 1, ' ');
      return {
        method: 'POST',
        path: '/logs',
        headers: {
          'x-customer-id': 'cus-small',
          'content-type': 'application/json',
          'content-encoding': 'br',
        },
        body: brotliCompressSync(`${text}]`, { params }),
      };
    });
    expect(Math.max(...requests.map(({ body }) => body.length))).toBeLessThan(200);

    const outcomes = tally(await flood(emulator.baseUrl, requests));
    expect(outcomes).toEqual({ 202: 300 });
    expect(await peakMemoryBytes()).toBeLessThan(gibibyte);
    expect(await countedRequests(emulator, 'cus-small')).toBe(300);
  },
);
