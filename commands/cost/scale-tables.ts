import { estimate, secondsPerMonth, storageAfterAYear } from './estimate.ts';
import { maxBatchesPerSecond, windowWriters } from './hot-minute.ts';
import { machinesFor, ownMachines, roleCores } from './own-machines.ts';
import { batchBytes, prodSetup, ratesOf, type Workload } from './workload.ts';

const volumes = [1e9, 1e10, 1e11];
const batchSizes = [20, 1_000, 10_000];
const customers = 1_000;
/** Share of all entries that the largest customer sends. */
const hottestShare = 0.2;
const secondsPerDay = 86_400;
const partialBytesOf = new Map([
  [20, 680],
  [1_000, 8_000],
  [10_000, 20_000],
]);
const hotPaths = [500, 10_000];

/** Writes the tables of docs/explanation/scale.md. */
export function scaleTables(): string[] {
  return [hotMinuteTable(), loadTable(), costTable(), storedTable()];
}

function hotMinuteTable(): string {
  const rows = windowWriters.flatMap((writer) =>
    batchSizes.map((size) => {
      const [rate = 0, wide = 0, split = 0] = [
        ...hotPaths.map((paths) => [paths, 1] as const),
        [500, 8] as const,
      ].map(([paths, parts]) =>
        maxBatchesPerSecond({ paths, partialBytes: partialBytesOf.get(size) ?? 0, parts }, writer),
      );
      return [writer.name, whole(size), whole(rate), whole(wide), short(rate * size), whole(split)];
    }),
  );
  return table(
    ['', 'entries a batch', 'batches/s, 500 paths', '10,000 paths', 'entries/s', 'batches/s in 8 parts'],
    rows,
  );
}

function loadTable(): string {
  const rows = eachVolume(({ perDay, workload, rates }) => {
    const { entriesPerBatch } = workload;
    const hottest = rates.batches * hottestShare;
    const [aws, own] = windowWriters.map((writer) => {
      const hot = { paths: 500, partialBytes: partialBytesOf.get(entriesPerBatch) ?? 0, parts: 1 };
      return hottest / maxBatchesPerSecond(hot, writer);
    });
    // A batch is created; each window is replaced once in some seconds.
    const puts = rates.batches + rates.windowWrites;
    const gets = 3 * rates.batches + 2 * rates.windowWrites;
    return [
      short(perDay),
      whole(entriesPerBatch),
      whole(workload.entriesPerSecond),
      whole(rates.batches),
      whole(hottest),
      percent(aws),
      percent(own),
      whole(puts),
      whole(gets),
    ];
  });
  return table(
    [
      'entries a day',
      'a batch',
      'entries/s',
      'batches/s',
      'of the largest customer',
      'of its ceiling on AWS',
      'on own machines',
      'PUT/s',
      'GET/s',
    ],
    rows,
  );
}

function costTable(): string {
  const rows = eachVolume(({ perDay, workload, rates }) => {
    const monthly = [...estimate(workload, prodSetup).values()].reduce((sum, dollars) => sum + dollars, 0);
    const cores = roleCores(workload.entriesPerSecond, workload.entriesPerBatch);
    const stored = rates.batches * secondsPerDay * batchBytes(workload, rates);
    const machines = machinesFor(cores, stored);
    const own = machines * ownMachines.dollarsPerMachine;
    const perMillion = (dollars: number) =>
      (dollars / ((workload.entriesPerSecond * secondsPerMonth) / 1e6)).toFixed(4);
    return [
      short(perDay),
      whole(workload.entriesPerBatch),
      whole(monthly),
      perMillion(monthly),
      whole(storageAfterAYear(workload, prodSetup)),
      cores.toFixed(1),
      whole(machines),
      whole(own),
      perMillion(own),
    ];
  });
  return table(
    [
      'entries a day',
      'a batch',
      'AWS, dollars a month',
      'a million',
      'and storage, after a year',
      'own: busy cores of the roles',
      'machines',
      'dollars a month',
      'a million',
    ],
    rows,
  );
}

function storedTable(): string {
  const rows = eachVolume(({ perDay, workload, rates }) => {
    const { customers: count } = workload;
    const minutes = count * 1_440;
    return [
      short(perDay),
      whole(workload.entriesPerBatch),
      short(rates.batches * secondsPerDay),
      short(rates.batches * secondsPerDay * batchBytes(workload, rates)),
      short(minutes + count * 25),
      whole(rates.windowWrites),
      whole((minutes + count * 25) * 365),
    ];
  });
  return table(
    [
      'entries a day',
      'a batch',
      'batches a day',
      'bytes of them',
      'ClickHouse: documents a day',
      'versions/s at most',
      'documents a year',
    ],
    rows,
  );
}

interface Volume {
  readonly perDay: number;
  readonly workload: Workload;
  readonly rates: ReturnType<typeof ratesOf>;
}

function eachVolume(rowOf: (volume: Volume) => string[]): string[][] {
  return volumes.flatMap((perDay) =>
    batchSizes.map((entriesPerBatch) => {
      const entriesPerSecond = perDay / secondsPerDay;
      const workload: Workload = { entriesPerSecond, entriesPerBatch, customers, compressed: true };
      return rowOf({ perDay, workload, rates: ratesOf(workload, prodSetup) });
    }),
  );
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), `| ${header.map(() => '---').join(' | ')} |`, ...rows.map(line)].join('\n');
}

function whole(figure: number): string {
  return Math.round(figure).toLocaleString('en');
}

function short(figure: number): string {
  const units = [
    [1e12, ' trillion'],
    [1e9, ' billion'],
    [1e6, ' million'],
  ] as const;
  const [size, unit] = units.find(([least]) => figure >= least) ?? [1, ''];
  return size === 1 ? whole(figure) : `${Number((figure / size).toPrecision(3))}${unit}`;
}

function percent(share: number | undefined): string {
  return `${((share ?? 0) * 100).toFixed(0)} %`;
}
