import { customerIdSchema, windowStartSchema } from '../lib/domain/stored-document.ts';
import { minuteKey, windowKey } from '../lib/domain/keys.ts';
import { encodeWindow } from '../lib/domain/window-format.ts';
import { recomputeWindow } from '../lib/pipeline/roll-up/recompute-window.ts';
import { programOptions } from '../commands/program-options.ts';
import { count } from './option-kinds.ts';
import { median } from './statistics.ts';
import { printTable } from './table.ts';
import { openTemporaryApp } from './temporary-app.ts';
import { limits, wideWindow } from './wide-window.ts';

const { rounds } = programOptions({
  program: 'npx tsx bench/roll-up.ts',
  summary:
    'Measures the time to recompute an hour of 60 minutes on the real object directory, by the number of paths in its ' +
    'minutes, and by whether all minutes have the same ones.',
  options: {
    rounds: count('rounds', 5),
  },
});
const minutes = 60;

const temporary = await openTemporaryApp();
const { store, clock } = temporary.app;
try {
  const measure = async (paths: number, areShared: boolean) => {
    const customerId = customerIdSchema.parse(`cus-${paths}-${areShared ? 'shared' : 'own'}`);
    for (let minute = 0; minute < minutes; minute++) {
      const windowStart = windowStartSchema.parse(`2025-12-28T18:${String(minute).padStart(2, '0')}:00Z`);
      const firstPath = areShared ? 0 : minute * paths;
      const window = wideWindow(customerId, windowStart, { paths, firstPath }, clock.now());
      await store.put(minuteKey(customerId, windowStart), encodeWindow(window), { ifNoneMatch: '*' });
    }

    const key = windowKey(customerId, 'hour', windowStartSchema.parse('2025-12-28T18:00:00Z'));
    const wall: number[] = [];
    const processor: number[] = [];
    for (let round = -1; round < rounds; round++) {
      await store.delete(key);
      const [began, usedBefore] = [performance.now(), process.cpuUsage()];
      await recomputeWindow(key, 'hour', { store, clock }, limits);
      const used = process.cpuUsage(usedBefore);
      if (round < 0) continue;
      wall.push(performance.now() - began);
      processor.push((used.user + used.system) / 1_000);
    }
    const name = `${paths.toLocaleString('en-US')} paths${areShared ? '' : ', others in each minute'}`;
    return [name, ...[wall, processor].map((times) => median(times).toFixed(0))];
  };

  printTable(
    `An hour of ${minutes} minutes, median of ${rounds}`,
    ['each minute has', 'ms', 'ms of processor'],
    [
      await measure(20, true),
      await measure(1_000, true),
      await measure(10_000, true),
      await measure(10_000, false),
    ],
  );
} finally {
  await temporary.remove();
}
