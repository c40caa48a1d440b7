import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openPartitionedLog } from '../../local-store/partitioned-log.ts';
import { clock, readAll, temporaryDirectory } from './temporary-log.ts';

const batchSize = 10;
const recordCount = 4_000;

/** Sequence numbers by partition. */
type Delivered = ReadonlyMap<number, readonly number[]>;

/** Lets a new process deliver until it is enough, kills it, and returns what it delivered, in order. */
async function deliverAndKill(
  directory: string,
  isEnough: (delivered: Delivered) => boolean,
): Promise<Delivered> {
  const script = fileURLToPath(new URL('./stream-event-source/deliverer.ts', import.meta.url));
  const deliverer = spawn(process.execPath, ['--import', 'tsx', script, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const delivered = new Map<number, number[]>();
  for await (const line of createInterface({ input: deliverer.stdout })) {
    const [partition = -1, sequence = -1] = line.split(' ').map(Number);
    const sequences = delivered.get(partition) ?? [];
    sequences.push(sequence);
    delivered.set(partition, sequences);
    if (isEnough(delivered)) deliverer.kill('SIGKILL');
  }
  return delivered;
}

function count(delivered: Delivered): number {
  return [...delivered.values()].reduce((sum, sequences) => sum + sequences.length, 0);
}

/** Returns the highest sequence numbers after these deliveries. */
function highest(through: ReadonlyMap<number, number>, delivered: Delivered): ReadonlyMap<number, number> {
  const reached = new Map(through);
  for (const [partition, sequences] of delivered) {
    reached.set(partition, Math.max(reached.get(partition) ?? 0, sequences.at(-1) ?? 0));
  }
  return reached;
}

function namesOf(delivered: Delivered): readonly string[] {
  return [...delivered].flatMap(([partition, sequences]) =>
    sequences.map((sequence) => `${partition} ${sequence}`),
  );
}

function sum(through: ReadonlyMap<number, number>): number {
  return [...through.values()].reduce((total, sequence) => total + sequence, 0);
}

describe('an event source whose process is killed', () => {
  it('goes on from its checkpoints: all records, in order, at most a batch again', async () => {
    const directory = await temporaryDirectory();
    const log = await openPartitionedLog(directory, { clock });
    const stream = await log.stream('insights', { partitionCount: 4, consumers: [] });
    const data = Buffer.from('x');
    for (let put = 0; put < recordCount / 200; put += 1) {
      await stream.put(Array.from({ length: 200 }, (_, key) => ({ partitionKey: `customer-${key}`, data })));
    }
    await log.close();

    let through: ReadonlyMap<number, number> = new Map();
    for (const enough of [300, 701, 1_250, Infinity]) {
      const before = through;
      const delivered = await deliverAndKill(
        directory,
        (soFar) => count(soFar) >= enough || sum(highest(before, soFar)) === recordCount,
      );
      for (const [partition, sequences] of delivered) {
        const [first = 0] = sequences;
        expect(first).toBeLessThanOrEqual((before.get(partition) ?? 0) + 1);
        expect(first).toBeGreaterThan((before.get(partition) ?? 0) - batchSize);
        expect(sequences).toEqual(sequences.map((_, index) => first + index));
      }
      through = highest(before, delivered);
    }
    expect(sum(through)).toBe(recordCount);
  });

  it('loses nothing where customers are served in turn, and delivers no more than a batch of each partition again', async () => {
    const directory = await temporaryDirectory();
    const log = await openPartitionedLog(directory, { clock });
    const stream = await log.stream('insights', { partitionCount: 4, consumers: [] });
    const put = (name: string, count: number) => {
      const partitionKey = (index: number) =>
        `${name}/2025-12-28T18:${String(index % 60).padStart(2, '0')}:00Z`;
      return stream.put(
        Array.from({ length: count }, (_, index) => ({
          partitionKey: partitionKey(index),
          data: Buffer.from('x'),
        })),
      );
    };
    await put('flood', 2_000);
    for (let other = 0; other < 20; other += 1) await put(`other-${other}`, 20);
    const names = stream
      .partitions()
      .flatMap((partition) => readAll(stream, partition).map(({ sequence }) => `${partition} ${sequence}`));
    await log.close();

    const seen = new Map<string, number>();
    const kills = 4;
    for (let life = 0; life <= kills; life += 1) {
      const delivered = await deliverAndKill(directory, (soFar) => {
        if (life < kills) return count(soFar) >= 400;
        return new Set([...seen.keys(), ...namesOf(soFar)]).size === names.length;
      });
      for (const name of namesOf(delivered)) seen.set(name, (seen.get(name) ?? 0) + 1);
    }
    expect(new Set(seen.keys())).toEqual(new Set(names));
    const again = [...seen.values()].reduce((total, times) => total + times - 1, 0);
    expect(again).toBeLessThanOrEqual(kills * 4 * batchSize);
  });
});
