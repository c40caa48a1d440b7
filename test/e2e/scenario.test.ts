import { expect, it } from 'vitest';
import { createPipelineClient } from '../../bench/scenario/pipeline-client.ts';
import { useEmulator } from './emulator.ts';
import { runReferenceScenario } from './reference-scenario.ts';

const emulator = useEmulator();
const customerId = 'cus-axon';

it('answers and counts the reference scenario exactly', async () => {
  const figures = await runReferenceScenario(emulator, customerId);

  expect(figures.windows.flatMap(({ differences }) => differences)).toEqual([]);
  expect([...figures.statuses]).toEqual([
    [202, 3_200],
    [409, 2_000],
  ]);
  expect(figures).toMatchObject({ retries: 0, wrongAnswers: 0, isExact: true });
});

it('answers its windows to the last key and number', async () => {
  const windows = await createPipelineClient(emulator.http, customerId).readWindows(
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
