import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogEvent } from '../../../commands/ship/log.ts';
import { sampleLogs, type EarlierSample } from './earlier-logs.ts';
import { InMemoryPipeline, Killed } from './in-memory-pipeline.ts';
import { shipTo } from './ship-to.ts';
import { propertyRuns } from '../../property-runs.ts';

/** The batches that version 0.2 sent of the samples: recorded with its code. */
const frozen = JSON.parse(
  readFileSync(new URL('../../fixtures/earlier-ship/batches.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, readonly { key: string; entries: number; sha256: string }[]>>;

interface Run {
  /** `earlier`: as version 0.2 did, which asked for no earlier key. */
  readonly version: 'earlier' | 'present';
  readonly bytes?: number;
  readonly quietAt?: readonly number[];
  /** Reading ends without the end of the log, as with `--follow`. */
  readonly isFollowed?: boolean;
}

async function ship(pipeline: InMemoryPipeline, sample: EarlierSample, run: Run): Promise<void> {
  const { isQueryKept = false, source = '' } = sample;
  const bytes = Buffer.from(sample.text).subarray(0, run.bytes);
  const wasSent = async (key: string) =>
    run.version === 'earlier' || (await pipeline.findBatch(key)) !== undefined;
  await shipTo(
    pipeline,
    { name: 'access.log', events: eventsOf(bytes, run) },
    { source, isQueryKept, wasSent },
  );
}

async function* eventsOf(bytes: Buffer, { quietAt = [], isFollowed = false }: Run): AsyncGenerator<LogEvent> {
  let from = 0;
  for (const to of [...quietAt.map((at) => at % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
    yield { kind: 'bytes', bytes: bytes.subarray(from, to) };
    if (isFollowed || to < bytes.length) yield { kind: 'quiet' };
    from = to;
  }
  if (!isFollowed) yield { kind: 'end' };
}

const digestOf = (entries: readonly unknown[]): string =>
  createHash('sha256')
    .update(entries.map((entry) => JSON.stringify(entry)).join('\n'))
    .digest('hex')
    .slice(0, 16);

describe('a log that an earlier version has sent', () => {
  it.each(Object.keys(sampleLogs))('has the keys and entries of that version: %s', async (name) => {
    const pipeline = new InMemoryPipeline();
    const batches: unknown[] = [];
    pipeline.dies = ({ idempotencyKey, entries }) => {
      batches.push({ key: idempotencyKey, entries: entries.length, sha256: digestOf(entries) });
      return undefined;
    };
    await ship(pipeline, sampleLogs[name] ?? { text: '' }, { version: 'earlier' });
    expect(batches).toEqual(frozen[name]);
    expect(batches.length).toBeGreaterThan(0);
  });

  it('is counted once when the upgrade comes in the middle, followed or not, and in runs after it', async () => {
    const aRun = fc.record({
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      quietAt: fc.array(fc.nat(300_000), { maxLength: 6 }),
      isFollowed: fc.boolean(),
      dies: fc.option(fc.nat(4)),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(sampleLogs)),
        aRun,
        fc.array(aRun, { maxLength: 3 }),
        async (name, before, after) => {
          const sample = sampleLogs[name] ?? { text: '' };
          const whole = new InMemoryPipeline();
          await ship(whole, sample, { version: 'earlier' });
          const pipeline = new InMemoryPipeline();
          const runs = [
            { ...before, version: 'earlier' as const },
            ...after.map((run) => ({ ...run, version: 'present' as const })),
          ];
          // The earlier version has sent something; a log only grows.
          let grown = 0.5;
          for (const { share, dies, ...run } of runs) {
            let requests = 0;
            pipeline.dies = () => (requests++ === dies ? 'after' : undefined);
            grown = Math.max(grown, share);
            const bytes = endOfLine(sample.text, grown);
            await ship(pipeline, sample, { ...run, bytes }).catch(ignoreDeath);
          }
          pipeline.dies = () => undefined;
          const isSent = pipeline.counted.length > 0;
          await ship(pipeline, sample, {
            version: isSent ? 'present' : 'earlier',
            isFollowed: before.isFollowed,
          });
          await ship(pipeline, sample, { version: 'present' });
          expect(pipeline.counted.map((entry) => JSON.stringify(entry)).sort()).toEqual(
            whole.counted.map((entry) => JSON.stringify(entry)).sort(),
          );
        },
      ),
      { numRuns: propertyRuns(80) },
    );
  }, 60_000);

  it('is not doubled where the present version would read other entries', async () => {
    const sample = sampleLogs['nginx as json'] ?? { text: '' };
    const pipeline = new InMemoryPipeline();
    await ship(pipeline, sample, { version: 'earlier' });
    const before = pipeline.counted.length;
    await ship(pipeline, sample, { version: 'present' });
    expect(pipeline.counted).toHaveLength(before);
  });
});

describe('a log that no earlier version has sent', () => {
  it('has keys of its own, and facts', async () => {
    const pipeline = new InMemoryPipeline();
    const keys: string[] = [];
    pipeline.dies = ({ idempotencyKey }) => void keys.push(idempotencyKey);
    await ship(pipeline, sampleLogs['combined'] ?? { text: '' }, { version: 'present' });
    expect(keys.every((key) => key.startsWith('ship-2-'))).toBe(true);
    expect(pipeline.counted[0]).toMatchObject({ bytes: 12 });
  });
});

function endOfLine(text: string, share: number): number {
  return Buffer.byteLength(text.slice(0, text.lastIndexOf('\n', share * text.length) + 1));
}

function ignoreDeath(error: unknown): void {
  if (!(error instanceof Killed)) throw error;
}
