import { estimate, idleEstimate, secondsPerMonth, storageAfterAYear, type Estimate } from './estimate.ts';
import { prices, type Price } from './prices.ts';
import { prodSetup, type Setup, type Workload } from './workload.ts';

const usualBatches = [20, 1_000, 13_000];

/** Writes the tables of docs/explanation/costs.md. */
export function tables(): string[] {
  const busy = (entriesPerBatch: number): Workload => ({
    entriesPerSecond: 1_000,
    entriesPerBatch,
    customers: 10,
    compressed: true,
  });
  const small = (entriesPerBatch: number): Workload => ({
    entriesPerSecond: 10,
    entriesPerBatch,
    customers: 1,
    compressed: true,
  });
  return [
    workloadTable(usualBatches.map(busy)),
    workloadTable(usualBatches.map(small)),
    idleTable(),
    settingsTable(busy(20), busy(13_000)),
    priceTable(),
  ];
}

/** Writes the cost per million entries, by workload and by service. */
export function workloadTable(workloads: readonly Workload[], setup: Setup = prodSetup): string {
  const estimates = workloads.map((workload) => estimate(workload, setup));
  const perMillion = (dollars: number, { entriesPerSecond }: Workload) =>
    ((dollars / (entriesPerSecond * secondsPerMonth)) * 1e6).toFixed(4);
  const row = (name: string, cell: (each: Estimate, workload: Workload) => string) =>
    `| ${[name, ...workloads.map((workload, n) => cell(estimates[n] ?? new Map(), workload))].join(' | ')} |`;
  const names = [...(estimates[0]?.keys() ?? [])];
  return [
    row(
      'dollars a million entries',
      (_, { entriesPerBatch }) => `${entriesPerBatch.toLocaleString('en')} a batch`,
    ),
    `| --- |${' ---: |'.repeat(workloads.length)}`,
    ...names.map((name) => row(name, (each, workload) => perMillion(each.get(name) ?? 0, workload))),
    row('**together**', (each, workload) => `**${perMillion(total(each), workload)}**`),
    row('dollars a month', (each) => total(each).toFixed(0)),
    row('and storage, after a year', (_, workload) => storageAfterAYear(workload, setup).toFixed(0)),
  ].join('\n');
}

function idleTable(): string {
  const setups: [string, Setup][] = [
    ['stage `dev`', { ...prodSetup, shards: 2 }],
    ['stage `prod`', prodSetup],
    ['`streamMode=ON_DEMAND`', { ...prodSetup, streamMode: 'ON_DEMAND' }],
  ];
  return [
    '| dollars a month, with nothing sent | streams | alarms, dashboard | polling | together |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...setups.map(([name, setup]) => {
      const idle = idleEstimate(setup);
      return `| ${[name, ...[...idle.values(), total(idle)].map((cost) => cost.toFixed(2))].join(' | ')} |`;
    }),
  ].join('\n');
}

/** Writes the cost of the alternative settings. */
function settingsTable(frequent: Workload, large: Workload): string {
  const dollars = (workload: Workload, setup: Setup) => total(estimate(workload, setup)).toFixed(0);
  const choices: [string, string, Workload, Setup][] = [
    ['batches of 20', 'as it is', frequent, prodSetup],
    ['', '`countEverySeconds` 0 in place of 5', frequent, { ...prodSetup, countEverySeconds: 0 }],
    ['', '`countEverySeconds` 30', frequent, { ...prodSetup, countEverySeconds: 30 }],
    ['', 'rolled up as soon as there is something', frequent, { ...prodSetup, rollUpEverySeconds: 1 }],
    ['', 'verified as soon as it is time', frequent, { ...prodSetup, verifyEverySeconds: 1 }],
    ['', 'authorizer without a cache', frequent, { ...prodSetup, authorizerSeconds: 0 }],
    ['', '512 MB, if nothing took longer', frequent, { ...prodSetup, memoryGigabytes: 0.5 }],
    ['', '`streamMode=ON_DEMAND`', frequent, { ...prodSetup, streamMode: 'ON_DEMAND' }],
    ['batches of 13,000', 'as it is, compressed', large, prodSetup],
    ['', 'sent as JSON', { ...large, compressed: false }, prodSetup],
    ['', 'rolled up as soon as there is something', large, { ...prodSetup, rollUpEverySeconds: 1 }],
  ];
  return [
    '| 1,000 entries/s | setting | dollars a month |',
    '| --- | --- | ---: |',
    ...choices.map(
      ([what, setting, workload, setup]) => `| ${what} | ${setting} | ${dollars(workload, setup)} |`,
    ),
  ].join('\n');
}

function priceTable(): string {
  const rows = Object.values<Price>(prices).map(({ what, dollars, per, source }) => {
    const origin =
      source === undefined
        ? 'from memory, not confirmed'
        : `[${new URL(source.url).hostname}](${source.url}), ${source.asOf}`;
    return `| ${what} | ${dollars} | ${per} | ${origin} |`;
  });
  return ['| what | dollars | per | read at |', '| --- | ---: | --- | --- |', ...rows].join('\n');
}

function total(costs: Estimate): number {
  return [...costs.values()].reduce((sum, cost) => sum + cost, 0);
}
