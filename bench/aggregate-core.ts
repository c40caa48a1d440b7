import { performance } from 'node:perf_hooks';
import { aggregateHandler } from '../handlers/aggregate.ts';
import { decodePartial } from '../lib/domain/partial.ts';
import { programOptions } from '../commands/program-options.ts';
import { count } from './option-kinds.ts';
import { createSamplePartials, eventOf } from './sample-partials.ts';
import { createSampleTraffic } from './sample-traffic.ts';
import { median } from './statistics.ts';
import { printTable } from './table.ts';
import { openTemporaryApp } from './temporary-app.ts';

const { invocations } = programOptions({
  program: 'npm run bench:aggregate --',
  summary:
    'Measures how many partials per second the function `aggregate` counts on the real object directory, one ' +
    'invocation of 500 records after the other, as for one partition: all of one busy window, and spread over 50 ' +
    'windows.',
  options: {
    invocations: count('invocations of each kind', 30),
  },
});
const recordsPerInvocation = 500;
const warmUpInvocations = 5;
const firstMinute = Date.parse('2025-12-28T18:00:00Z');

const temporary = await openTemporaryApp();
try {
  const partial = createSamplePartials(createSampleTraffic(1), temporary.app);
  const invoke = aggregateHandler(async () => temporary.app);

  const measure = async (customer: string, windows: number) => {
    const decoding: number[] = [];
    const wall: number[] = [];
    const mainThread: number[] = [];
    for (let invocation = -warmUpInvocations; invocation < invocations; invocation++) {
      const partials = Array.from({ length: recordsPerInvocation }, (_, n) =>
        partial(customer, new Date(firstMinute + (n % windows) * 60_000)),
      );
      const event = eventOf(partials, (invocation + warmUpInvocations) * recordsPerInvocation);
      const began = performance.now();
      for (const data of partials) decodePartial(data);
      const decoded = performance.now();
      const before = performance.eventLoopUtilization();
      const { batchItemFailures } = await invoke(event);
      const { active } = performance.eventLoopUtilization(before);
      const ended = performance.now();
      if (batchItemFailures.length > 0) throw new Error('Partials could not be counted.');
      if (invocation < 0) continue;
      decoding.push(decoded - began);
      wall.push(ended - decoded);
      mainThread.push(active);
    }
    const perSecond = recordsPerInvocation / (median(wall) / 1_000);
    return [
      windows === 1 ? 'one busy window' : `${windows} windows`,
      Math.round(perSecond).toLocaleString('en-US'),
      ...[wall, mainThread, decoding].map((times) => median(times).toFixed(1)),
    ];
  };

  printTable(
    `Aggregate core: invocations of ${recordsPerInvocation} records, ${invocations} of each kind`,
    ['', 'partials/s', 'ms per invocation', 'main thread, part of it', 'decoding partials alone'],
    [await measure('cus-busy', 1), await measure('cus-spread', 50)],
  );
} finally {
  await temporary.remove();
}
