import { afterAll, expect, it } from 'vitest';
import { randomNumbers } from '../../traffic/seeded-order.ts';
import type { Life } from '../faults/plan-round.ts';
import { runRound } from '../faults/run-round.ts';
import { Emulator } from './emulator.ts';
import { metric } from './requests.ts';

const emulator = new Emulator({ env: { VERIFY_AFTER_SECONDS: '1', VERIFY_AGAIN_SECONDS: '20' } });
const random = randomNumbers(11);
const kills = 4;

afterAll(() => emulator.remove());

/** `npm run test:faults` does more of this, with more kinds of faults, for as long as it is told. */
it('counts every stored batch once, and the audit finds nothing, however often it is killed', async () => {
  const lives = Array.from({ length: kills }, (): Life => {
    const after = 20 + Math.floor(random() * 300);
    return { clockOffsetSeconds: 0, disturbances: [], end: { kind: 'signal', signal: 'SIGKILL', after } };
  });
  const { sent, stored, problems } = await runRound(
    emulator,
    { lives, lastLife: { clockOffsetSeconds: 0, accepted: 20 } },
    { name: 'cus-crash', persistentClients: 0, fleetingClients: 16, storedBefore: 0 },
  );
  expect(problems).toEqual([]);
  expect(sent.filter(({ isAccepted }) => !isAccepted).length).toBeGreaterThanOrEqual(kills);
  expect(stored).toBeGreaterThan(0);
  expect(await metric(emulator, 'log_analytics_batches_overdue_total')).toBe(0);
});
