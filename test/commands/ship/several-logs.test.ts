import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { gunzipMembers } from '../../../commands/ship/input/gzip-members.ts';
import { readStandardInput } from '../../../commands/ship/input/read-log.ts';
import { realTiming } from '../../../client/timing.ts';
import { InMemoryPipeline } from './in-memory-pipeline.ts';
import { shipTo } from './ship-to.ts';

const banner = '/docker-entrypoint.sh: Configuration complete; ready for start up\n';

/** Makes a log of this many lines, one a second from an instant on. */
function logFrom(start: string, count: number, path = '/p'): string {
  return Array.from({ length: count }, (_, line) => {
    const clock = new Date(Date.parse(start) + line * 1_000).toISOString();
    return `192.0.2.1 - - [${clock.slice(8, 10)}/Dec/2025:${clock.slice(11, 19)} +0000] "GET ${path}/${line} HTTP/1.1" 200 1 "-" "curl/8"\n`;
  }).join('');
}

async function ship(pipeline: InMemoryPipeline, bytes: Buffer, chunkBytes = 65_536): Promise<void> {
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, index) =>
    bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes),
  );
  const control = { signal: new AbortController().signal, timing: realTiming, onRead: () => {} };
  await shipTo(pipeline, readStandardInput(Readable.from(chunks), control), { concurrency: 2 });
}

const first = logFrom('2025-12-26T06:25:00Z', 1_300, '/a');
const second = logFrom('2025-12-27T06:25:00Z', 1_700, '/b');

describe('several logs in one stream', () => {
  it.each([
    ['compressed, one after the other', Buffer.concat([gzipSync(first), gzipSync(second)])],
    ['the newest first', Buffer.from(second + first)],
    ['the oldest first, a day apart', Buffer.from(first + second)],
    ['after banners', Buffer.from(banner + first + banner + second)],
  ])('are the logs that they are as files: %s', async (_name, stream) => {
    for (const isStreamFirst of [true, false]) {
      const pipeline = new InMemoryPipeline();
      if (isStreamFirst) await ship(pipeline, stream);
      await ship(pipeline, Buffer.from(banner + first));
      await ship(pipeline, gzipSync(second));
      if (!isStreamFirst) await ship(pipeline, stream);
      expect(pipeline.counted).toHaveLength(3_000);
    }
  });

  it('are recognised where W3C logs name their fields again', async () => {
    const w3c = (hour: string) =>
      `#Version: 1.0\n#Fields: date time cs-method cs-uri-stem\n2025-12-26 ${hour}:00:00 GET /1\n2025-12-26 ${hour}:00:01 GET /2\n`;
    const pipeline = new InMemoryPipeline();
    await ship(pipeline, Buffer.from(w3c('10') + w3c('11')));
    await ship(pipeline, Buffer.from(w3c('11')));
    expect(pipeline.counted).toHaveLength(4);
  });

  it('with the same banner are not one log', async () => {
    const pipeline = new InMemoryPipeline();
    await ship(pipeline, Buffer.from(banner + first));
    await ship(pipeline, Buffer.from(banner + second));
    expect(pipeline.counted).toHaveLength(3_000);
  });

  it('in no order at all are still sent in few batches, and once', async () => {
    const lines = first.trimEnd().split('\n');
    const shuffled = lines.map((line, index) =>
      index % 2 === 0 ? line : line.replace('26/Dec/2025', '12/Dec/2025'),
    );
    const pipeline = new InMemoryPipeline();
    for (let run = 0; run < 2; run++) {
      pipeline.requests = 0;
      await ship(pipeline, Buffer.from(`${shuffled.join('\n')}\n`));
      expect(pipeline.counted).toHaveLength(1_300);
      expect(pipeline.requests).toBeLessThan(100);
    }
  });

  it('of which two begin with the same line are two', async () => {
    const pipeline = new InMemoryPipeline();
    await ship(pipeline, Buffer.from(first + second + first));
    expect(pipeline.counted).toHaveLength(4_300);
  });
});

describe('a log', () => {
  it('that was compressed in parts that cut its lines is one log', async () => {
    const pipeline = new InMemoryPipeline();
    const bytes = Buffer.from(first);
    const parts = [0, 1_000, 50_000].map((from, index, all) =>
      gzipSync(bytes.subarray(from, all[index + 1])),
    );
    await ship(pipeline, Buffer.concat(parts));
    await ship(pipeline, bytes);
    expect(pipeline.counted).toHaveLength(1_300);
  });

  it('that begins with null bytes loses no line', async () => {
    const pipeline = new InMemoryPipeline();
    await ship(pipeline, Buffer.concat([Buffer.alloc(200_000), Buffer.from(first)]));
    expect(pipeline.counted).toHaveLength(1_300);
  });

  it('whose last line was cut off counts that line once it is whole', async () => {
    const pipeline = new InMemoryPipeline();
    const lines = first.split('\n');
    for (const length of [40, 80, 95]) {
      await ship(
        pipeline,
        Buffer.from(`${lines.slice(0, 10).join('\n')}\n${(lines[10] ?? '').slice(0, length)}`),
      );
    }
    await ship(pipeline, Buffer.from(`${lines.slice(0, 11).join('\n')}\n`));
    expect(pipeline.counted.map(({ path }) => path)).toEqual(
      Array.from({ length: 11 }, (_, line) => `/a/${line}`),
    );
  });
});

describe('members of a compressed stream', () => {
  const texts = ['a\nb\n', '', 'x'.repeat(300_000), 'end\n'];
  const bytes = Buffer.concat([
    ...texts.map((text) => gzipSync(text)),
    Buffer.alloc(512), // zeros, as tapes have them
  ]);

  async function membersOf(all: Buffer, chunkBytes: number): Promise<string[]> {
    const members = [''];
    const source = (async function* () {
      for (let at = 0; at < all.length; at += chunkBytes) yield all.subarray(at, at + chunkBytes);
    })();
    for await (const event of gunzipMembers(source)) {
      if (event.kind === 'member-end') members.push('');
      else members.push(`${members.pop() ?? ''}${event.bytes.toString()}`);
    }
    return members.slice(0, -1);
  }

  it.each([1, 7, 1_000, 10_000_000])('are found in chunks of %i bytes', async (chunkBytes) => {
    expect(await membersOf(bytes, chunkBytes)).toEqual(texts);
  });

  it.each([
    ['cut off', (all: Buffer) => all.subarray(0, -20), 'unexpected end of file'],
    [
      'with a wrong checksum',
      (all: Buffer) => Buffer.concat([all.subarray(0, -8), Buffer.alloc(8)]),
      'incorrect data check',
    ],
    [
      'followed by something else',
      (all: Buffer) => Buffer.concat([all, Buffer.from('plain text here')]),
      'incorrect header check',
    ],
  ])('%s are an error', async (_name, damage, message) => {
    await expect(membersOf(damage(gzipSync('text\n'.repeat(500))), 1_000)).rejects.toThrow(message);
  });
});
