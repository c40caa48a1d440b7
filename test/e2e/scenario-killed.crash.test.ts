import { expect, it } from 'vitest';
import { createPipelineClient } from '../../bench/scenario/pipeline-client.ts';
import { randomNumbers } from '../../traffic/seeded-order.ts';
import { useEmulator } from './emulator.ts';
import { runReferenceScenario } from './reference-scenario.ts';

const emulator = useEmulator();
const customers = { undisturbed: 'cus-axon', killed: 'cus-killed' };

it('counts it exactly when it is killed half-way and started again while clients retry', async () => {
  await runReferenceScenario(emulator, customers.undisturbed);
  const answersBeforeTheCrash = 2_400 + Math.floor(randomNumbers(7)() * 400);
  let restarted: Promise<void> | undefined;
  const figures = await runReferenceScenario(emulator, customers.killed, {
    onAnswer: (answered) => {
      if (answered === answersBeforeTheCrash) restarted = emulator.crash().then(() => emulator.start());
    },
  });
  await restarted;

  expect(figures.windows.flatMap(({ differences }) => differences)).toEqual([]);
  expect([...figures.statuses.keys()]).toEqual([202, 409]);
  expect(figures).toMatchObject({ requests: 5_200, wrongAnswers: 0, isExact: true });
  expect(figures.retries).toBeGreaterThan(0);
});

it('has not counted anything of before the crash again', async () => {
  const windows = await createPipelineClient(emulator.http, customers.undisturbed).readWindows(
    '2025-12-28T00:00:00Z',
    '2025-12-29T00:00:00Z',
  );

  expect(windows.map(({ requests, batches }) => ({ requests, batches }))).toEqual(
    Array.from({ length: 4 }, () => ({ requests: 16_000, batches: 3_200 })),
  );
});
