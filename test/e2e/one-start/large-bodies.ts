import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Emulator } from '../emulator.ts';
import { countedRequests, entry, json, postLogs } from '../requests.ts';

/** Tests bodies that are large, large when unpacked, or of unknown length. */
export function describeLargeBodies(emulator: Emulator): void {
  const mebibyte = 1_024 * 1_024;
  const batch = JSON.stringify([entry, { ...entry, path: '/größe/✓' }]);

  describe('a bomb, 200 MiB of spaces in gzip', () => {
    const bomb = zlib.gzipSync(Buffer.alloc(200 * mebibyte, ' '));
    const send = () =>
      postLogs(emulator, { customerId: 'cus-bomb', body: bomb, headers: { 'content-encoding': 'gzip' } });

    it('is refused with 413', async () => {
      const answer = await send();

      expect(answer.status).toBe(413);
      expect(json(answer)).toMatchObject({ errorCode: 'ING_1003' });
    });

    it.runIf(process.platform === 'linux')('is not unpacked in memory, nor are several at once', async () => {
      const before = await peakMemoryBytes();
      await Promise.all(Array.from({ length: 8 }, send));

      // Four are decompressed at a time, 16 MiB each, of 200.
      expect((await peakMemoryBytes()) - before).toBeLessThan(200 * mebibyte);
    });

    async function peakMemoryBytes(): Promise<number> {
      const status = await readFile(`/proc/${emulator.pid}/status`, 'utf8');
      return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1_024;
    }
  });

  it('takes a body that comes in chunks', async () => {
    expect(await postInChunks([batch.slice(0, 50), batch.slice(50)])).toBe(202);
  });

  describe('bodies that are too large', () => {
    it('are refused with 413 from 16 MiB on, decompressed', async () => {
      const answer = await postLogs(emulator, {
        customerId: 'cus-large',
        body: zlib.gzipSync(Buffer.alloc(16 * mebibyte + 1, ' ')),
        headers: { 'content-encoding': 'gzip' },
      });

      expect(answer.status).toBe(413);
      expect(json(answer)).toMatchObject({ errorCode: 'ING_1003' });
    });

    it('are taken up to 16 MiB, decompressed', async () => {
      const body = zlib.gzipSync(JSON.stringify([entry]).padEnd(16 * mebibyte, ' '));
      const headers = { 'content-encoding': 'gzip' };
      const answer = await postLogs(emulator, { customerId: 'cus-large', body, headers });

      expect(answer.status).toBe(202);
    });

    it('are taken up to 10 MiB as they are sent, and 200,000 entries', async () => {
      const entries = Array.from({ length: 200_000 }, (_, n) => ({
        time: 1_766_945_040 + (n % 600),
        method: 'GET',
        url: '/',
      }));
      const body = JSON.stringify(entries).padEnd(10 * mebibyte, ' ');
      const answer = await postLogs(emulator, { customerId: 'cus-many', body });

      expect(json(answer)).toMatchObject({ entries: 200_000, windows: 10 });
      expect(await countedRequests(emulator, 'cus-many')).toBe(200_000);
    });

    it('are refused with 413, or cut off, by the gateway from 10 MiB on', async () => {
      expect(await postInChunks(Array.from({ length: 11 }, () => ' '.repeat(mebibyte)))).toBeOneOf([
        413,
        'reset',
      ]);
    });

    it('do not stop it', async () => {
      expect((await emulator.http.request('/health')).status).toBe(200);
    });
  });

  /** Sends a body without announcing its length. */
  async function postInChunks(chunks: readonly string[]): Promise<number | 'reset' | undefined> {
    return new Promise((resolve) => {
      const posting = request(new URL('/logs', emulator.baseUrl), {
        method: 'POST',
        headers: {
          'x-customer-id': 'cus-chunks',
          'content-type': 'application/json',
          'transfer-encoding': 'chunked',
        },
      });
      posting.on('response', (response) => resolve(response.resume().statusCode));
      posting.on('error', () => resolve('reset'));
      for (const chunk of chunks) posting.write(chunk);
      posting.end();
    });
  }
}
