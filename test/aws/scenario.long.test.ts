import { expect, it, onTestFinished } from 'vitest';
import { referenceSize } from '../../bench/scenario/plan.ts';
import { randomNumbers } from '../../traffic/seeded-order.ts';
import { startAwsPipeline } from './pipeline.ts';
import { differencesOf, seed, send, statusesOf } from './sent-scenario.ts';

it('answers and counts the reference scenario exactly on the adapters for AWS', async () => {
  const running = await startAwsPipeline({ random: randomNumbers(seed) });
  onTestFinished(() => running.close());
  const answered = await send(running, referenceSize);
  expect(statusesOf(answered)).toEqual({ 202: 3_200, 409: 2_000 });
  await running.count();
  expect(await differencesOf(running, referenceSize)).toEqual([]);
  expect(running.logLines).toEqual([]);
});
