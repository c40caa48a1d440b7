import { expect, it } from 'vitest';
import { createHttpClient } from '../../client/http-client.ts';
import { createPipelineClient } from '../../bench/scenario/pipeline-client.ts';
import { planScenario, referenceSize, referenceStart } from '../../bench/scenario/plan.ts';
import { runScenario, type RunOptions, type ScenarioFigures } from '../../bench/scenario/run.ts';
import { randomNumbers } from '../../traffic/seeded-order.ts';
import { useEmulator } from './emulator.ts';

const emulator = useEmulator();
const customers = { undisturbed: 'cus-axon', killed: 'cus-killed' };

it('answers and counts the reference scenario exactly', async () => {
  const figures = await runReferenceScenario(customers.undisturbed, {});

  expect(figures.windows.flatMap(({ differences }) => differences)).toEqual([]);
  expect([...figures.statuses]).toEqual([
    [202, 3_200],
    [409, 2_000],
  ]);
  expect(figures).toMatchObject({ retries: 0, wrongAnswers: 0, isExact: true });
});

it('answers its windows to the last key and number', async () => {
  const windows = await createPipelineClient(emulator.http, customers.undisturbed).readWindows(
    '2025-12-28T00:00:00Z',
    '2025-12-29T00:00:00Z',
  );

  expect(windows).toEqual(
    ['03', '04', '05', '06'].map((minute) => ({
      windowStart: `2025-12-28T18:${minute}:00Z`,
      requests: 16_000,
      requestsByPath: { 'GET /': 4_000, 'GET /login': 4_000, 'GET /pricing': 4_000, 'GET /api/items': 4_000 },
      requestsByUserAgent: { Chrome: 4_000, Firefox: 4_000, Safari: 4_000, curl: 4_000 },
      batches: 3_200, // each batch has five entries of each minute
    })),
  );
});

it('counts it exactly when it is killed half-way and started again while clients retry', async () => {
  const answersBeforeTheCrash = 2_400 + Math.floor(randomNumbers(7)() * 400);
  let restarted: Promise<void> | undefined;
  const figures = await runReferenceScenario(customers.killed, {
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

async function runReferenceScenario(
  customerId: string,
  options: Partial<RunOptions>,
): Promise<ScenarioFigures> {
  const plan = planScenario({ runId: 'e2e', start: referenceStart, size: referenceSize, seed: 1 });
  const http = createHttpClient(emulator.baseUrl, 16);
  try {
    const client = createPipelineClient(http, customerId);
    return await runScenario(plan, client, { concurrency: 16, retryForSeconds: 120, ...options });
  } finally {
    http.close();
  }
}
