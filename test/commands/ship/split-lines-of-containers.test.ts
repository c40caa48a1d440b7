import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogEvent } from '../../../commands/ship/log.ts';
import { jsonLines, runCommand } from '../run-command.ts';
import { InMemoryPipeline, Killed } from './in-memory-pipeline.ts';
import { writeLog } from './shipped-log.ts';
import { shipTo } from './ship-to.ts';
import { propertyRuns } from '../../property-runs.ts';

const count = 1_200;

/** A line of an access log; each 50th has a long agent, as a request with a long cookie or address would. */
function lineOf(index: number): string {
  const clock = new Date(Date.parse('2025-12-28T18:00:00Z') + index * 100).toISOString().slice(11, 19);
  const agent = index % 50 === 0 ? `Mozilla/5.0 (${'x'.repeat(17_000)})` : 'curl/8';
  return `192.0.2.1 - - [28/Dec/2025:${clock} +0000] "GET /p/${index} HTTP/1.1" 200 1 "-" "${agent}"`;
}

function partsOf(line: string): string[] {
  return Array.from({ length: Math.ceil(line.length / 16_384) }, (_, part) =>
    line.slice(part * 16_384, (part + 1) * 16_384),
  );
}

const at = (index: number): string => new Date(Date.parse('2025-12-28T18:00:00Z') + index).toISOString();
const lines = Array.from({ length: count }, (_, index) => partsOf(lineOf(index)));
const logs = {
  containerd: lines
    .flatMap((parts, index) =>
      parts.map((text, part) => `${at(index)} stdout ${part === parts.length - 1 ? 'F' : 'P'} ${text}\n`),
    )
    .join(''),
  docker: lines
    .flatMap((parts, index) =>
      parts.map((text, part) => {
        const log = part === parts.length - 1 ? `${text}\n` : text;
        return `${JSON.stringify({ log, stream: 'stdout', time: at(index) })}\n`;
      }),
    )
    .join(''),
};
type Runtime = keyof typeof logs;

interface Run {
  readonly bytes?: number;
  readonly quietAt?: readonly number[];
  readonly isFollowed?: boolean;
}

async function* eventsOf(log: Buffer, { quietAt = [], isFollowed = false }: Run): AsyncGenerator<LogEvent> {
  let from = 0;
  for (const to of [...quietAt.map((place) => place % (log.length + 1)).sort((a, b) => a - b), log.length]) {
    yield { kind: 'bytes', bytes: log.subarray(from, to) };
    if (isFollowed || to < log.length) yield { kind: 'quiet' };
    from = to;
  }
  if (!isFollowed) yield { kind: 'end' };
}

async function ship(pipeline: InMemoryPipeline, runtime: Runtime, run: Run = {}): Promise<void> {
  const log = Buffer.from(logs[runtime]).subarray(0, run.bytes);
  await shipTo(pipeline, { name: 'access.log', events: eventsOf(log, run) });
}

const pathsOf = (pipeline: InMemoryPipeline): string[] => pipeline.counted.map(({ path }) => path).sort();
const allPaths = Array.from({ length: count }, (_, index) => `/p/${index}`).sort();

describe.each<Runtime>(['containerd', 'docker'])('lines that %s has split', (runtime) => {
  it('are counted once, however the log grows and the runs end', async () => {
    const aRun = fc.record({
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      quietAt: fc.array(fc.nat(2_000_000), { maxLength: 6 }),
      isFollowed: fc.boolean(),
      dies: fc.option(fc.nat(4)),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(aRun, { maxLength: 4 }), async (runs) => {
        const pipeline = new InMemoryPipeline();
        let grown = 0;
        for (const { share, dies, ...run } of runs) {
          let requests = 0;
          pipeline.dies = () => (requests++ === dies ? 'after' : undefined);
          grown = Math.max(grown, share);
          const bytes = logs[runtime].lastIndexOf('\n', grown * logs[runtime].length) + 1;
          await ship(pipeline, runtime, { ...run, bytes }).catch(ignoreDeath);
        }
        pipeline.dies = () => undefined;
        await ship(pipeline, runtime);
        expect(pathsOf(pipeline)).toEqual(allPaths);
      }),
      { numRuns: propertyRuns(20) },
    );
  }, 60_000);
});

it('prints an entry of each line, and says where the log ends within one', async () => {
  const { directory } = await writeLog();
  const path = join(directory, 'container.log');
  await writeFile(path, `${logs.containerd}${at(count)} stdout P ${'x'.repeat(16_384)}\n`);
  const end = await runCommand('ship', '--dry-run', '--customer', 'cus-axon', path);
  expect(end.exitCode).toBe(0);
  expect(jsonLines(end)).toHaveLength(count);
  expect(end.stderr).toMatch(/Lines read +1,225\n/);
  expect(end.stderr).toMatch(/Lines skipped +1\n.*is a part of a longer line, whose end is not in the log/);
});

function ignoreDeath(error: unknown): void {
  if (!(error instanceof Killed)) throw error;
}
