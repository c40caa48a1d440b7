import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../client/contract.ts';
import { OtherContent } from '../../../commands/ship/deliver-pieces.ts';
import type { Log, LogEvent } from '../../../commands/ship/log.ts';
import { InMemoryPipeline, Killed } from './in-memory-pipeline.ts';
import { shipTo } from './ship-to.ts';
import { propertyRuns } from '../../property-runs.ts';

interface Run {
  /** The text of the log at the time of reading. */
  readonly text: string;
  /** The places where the reader pauses, as with a followed log, so that waiting lines are sent. */
  readonly quietAt?: readonly number[];
  readonly isStopped?: boolean;
  readonly concurrency?: number;
  readonly source?: string;
  readonly isQueryKept?: boolean;
}

async function ship(pipeline: InMemoryPipeline, run: Run): Promise<void> {
  const { text, quietAt = [], isStopped = false, concurrency = 3, source = '', isQueryKept = false } = run;
  const log: Log = { name: 'access.log', events: eventsOf(Buffer.from(text), quietAt, isStopped) };
  const wasSent = async (key: string) => (await pipeline.findBatch(key)) !== undefined;
  await shipTo(pipeline, log, { source, isQueryKept, concurrency, wasSent });
}

async function* eventsOf(
  bytes: Buffer,
  quietAt: readonly number[],
  isStopped: boolean,
): AsyncGenerator<LogEvent> {
  let from = 0;
  for (const to of [...quietAt.map((at) => at % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
    yield { kind: 'bytes', bytes: bytes.subarray(from, to) };
    if (to < bytes.length) yield { kind: 'quiet' };
    from = to;
  }
  if (!isStopped) yield { kind: 'end' };
}

/** Makes lines, some of which are skipped, some blank, and some of which end a block early. */
function linesOf(count: number): string[] {
  return Array.from({ length: count }, (_, line) => {
    const clock = new Date(Date.UTC(2025, 11, 28) + line * 700).toISOString().slice(11, 19);
    if (line % 37 === 5) return '';
    const request = line % 11 === 3 ? String.raw`\x16\x03\x01` : `GET /p/${line}?q=${line} HTTP/1.1`;
    const agent = line % 400 === 7 ? 'x'.repeat(60_000) : 'curl/8.7.1';
    return `192.0.2.${line % 250} - - [28/Dec/2025:${clock} +0000] "${request}" 200 12 "-" "${agent}"`;
  });
}

const lines = linesOf(3_400);
const pathsOf = (some: readonly string[]) =>
  some.flatMap((line) => /"GET (\/p\/\d+)/.exec(line)?.slice(1) ?? []).sort();
const countedPaths = ({ counted }: { readonly counted: readonly Entry[] }) =>
  counted.map(({ path }) => path).sort();
const textOf = (some: readonly string[]) => some.map((line) => `${line}\n`).join('');

describe('shipping a log', () => {
  it('counts every entry once, and nothing more when the log is shipped again', async () => {
    const pipeline = new InMemoryPipeline();
    await ship(pipeline, { text: textOf(lines) });
    const once = pipeline.requests;
    await ship(pipeline, { text: textOf(lines) });
    expect(countedPaths(pipeline)).toEqual(pathsOf(lines));
    expect(pipeline.requests).toBe(2 * once);
  });

  it('counts every entry once after any runs that followed, were stopped, were killed or came early', async () => {
    const aRun = fc.record({
      lines: fc.nat(lines.length),
      tornBytes: fc.nat(60),
      quietAt: fc.array(fc.nat(1_000_000), { maxLength: 12 }),
      isStopped: fc.boolean(),
      concurrency: fc.integer({ min: 1, max: 5 }),
      dies: fc.option(fc.record({ atRequest: fc.nat(20), when: fc.constantFrom('before', 'after') })),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(aRun, { maxLength: 6 }), async (runs) => {
        const pipeline = new InMemoryPipeline();
        // A log only grows. Its last line may be incomplete when a run that does not follow it ends.
        const growing = runs.toSorted((a, b) => a.lines - b.lines);
        for (const { dies, tornBytes, ...run } of growing) {
          let requests = 0;
          pipeline.dies = () => (requests++ === dies?.atRequest ? dies.when : undefined);
          const torn = (lines[run.lines] ?? '').slice(0, tornBytes);
          const text = textOf(lines.slice(0, run.lines)) + torn;
          try {
            await ship(pipeline, { ...run, text });
          } catch (error) {
            if (!(error instanceof Killed)) throw error;
          }
        }
        pipeline.dies = () => undefined;
        await ship(pipeline, { text: textOf(lines) });
        expect(countedPaths(pipeline)).toEqual(pathsOf(lines));
      }),
      { numRuns: propertyRuns(60) },
    );
  });

  it('counts once what two shippers send at the same time', async () => {
    const pipeline = new InMemoryPipeline();
    const early = { text: textOf(lines.slice(0, 1_700)) };
    await Promise.all([ship(pipeline, early), ship(pipeline, early)]);
    await Promise.all([
      ship(pipeline, { text: textOf(lines), quietAt: [90_000, 500_000] }),
      ship(pipeline, { text: textOf(lines) }),
    ]);
    expect(countedPaths(pipeline)).toEqual(pathsOf(lines));
  });

  it('keeps every batch below 2 MiB and 1,000 entries, whatever the lines are', async () => {
    const pipeline = new InMemoryPipeline();
    const largest = { bytes: 0, entries: 0 };
    pipeline.dies = ({ entries }) => {
      const bytes = Buffer.byteLength(entries.map((entry) => JSON.stringify(entry)).join('\n'));
      largest.bytes = Math.max(largest.bytes, bytes);
      largest.entries = Math.max(largest.entries, entries.length);
      return undefined;
    };
    // A control character takes one byte in the line, and six as JSON.
    const worst = (line: number) =>
      `::1 - - [28/Dec/2025:00:00:00 +0000] "GET /${'\u0001'.repeat(line % 3 === 0 ? 1_900 : 40)} HTTP/1.1" 200 - "-" "${'\u0001'.repeat(900)}"`;
    await ship(pipeline, { text: textOf(Array.from({ length: 4_000 }, (_, line) => worst(line))) });
    await ship(pipeline, { text: textOf(lines) });
    expect(largest.bytes).toBeGreaterThan(1_500_000);
    expect(largest.bytes).toBeLessThan(2_097_152);
    expect(largest.entries).toBeLessThanOrEqual(1_000);
  });

  it('fails, and counts nothing twice, when other options change the entries', async () => {
    const pipeline = new InMemoryPipeline();
    await ship(pipeline, { text: textOf(lines) });
    await expect(ship(pipeline, { text: textOf(lines), isQueryKept: true })).rejects.toThrow(OtherContent);
    expect(countedPaths(pipeline)).toEqual(pathsOf(lines));
  });

  it('fails when another log begins with the same line, unless it has its own source', async () => {
    const pipeline = new InMemoryPipeline();
    const other = [lines[0] ?? '', ...linesOf(50).slice(20)];
    await ship(pipeline, { text: textOf(lines.slice(0, 900)) });
    await expect(ship(pipeline, { text: textOf(other) })).rejects.toThrow(/--source/);
    const before = pipeline.counted.length;
    await ship(pipeline, { text: textOf(other), source: 'web-2' });
    expect(pipeline.counted.length - before).toBe(pathsOf(other).length);
  });

  it('sends waiting lines when the log is quiet, in order, and then the rest of the block', async () => {
    const pipeline = new InMemoryPipeline();
    const sizes: number[] = [];
    pipeline.dies = ({ entries }) => {
      sizes.push(entries.length);
      return undefined;
    };
    const some = lines.slice(8, 30).filter((line) => line.includes('GET'));
    const text = textOf(some);
    await ship(pipeline, { text, quietAt: [text.indexOf('\n') + 1, text.length - 1] });
    expect(sizes).toEqual([1, some.length - 2, 1]);
    expect(pipeline.counted.map(({ path }) => path)).toEqual(some.map((line) => pathsOf([line])[0]));
  });

  it('reads a last line without a line feed from a log that has ended, but not from one that was stopped', async () => {
    const text = textOf(lines.slice(0, 2)).trimEnd();
    const ended = new InMemoryPipeline();
    await ship(ended, { text });
    expect(ended.counted).toHaveLength(2);
    const stopped = new InMemoryPipeline();
    await ship(stopped, { text, isStopped: true });
    expect(stopped.counted).toHaveLength(1);
  });
});
