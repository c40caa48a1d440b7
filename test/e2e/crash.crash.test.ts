import { afterAll, expect, it } from 'vitest';
import { randomNumbers } from '../../traffic/seeded-order.ts';
import { describePlan } from '../faults/describe-plan.ts';
import type { Life, RoundPlan } from '../faults/plan-round.ts';
import { runRound } from '../faults/run-round.ts';
import { Emulator } from './emulator.ts';
import { metric } from './requests.ts';

const emulator = new Emulator({ env: { VERIFY_AFTER_SECONDS: '1', VERIFY_AGAIN_SECONDS: '20' } });
afterAll(() => emulator.remove());

const seed = 11;
const random = randomNumbers(seed);
const kills = 4;
const plan: RoundPlan = {
  lives: Array.from({ length: kills }, (): Life => {
    const after = 20 + Math.floor(random() * 300);
    return {
      rules: 'as sent',
      clockOffsetSeconds: 0,
      disturbances: [],
      end: { kind: 'signal', signal: 'SIGKILL', after },
    };
  }),
  lastLife: { rules: 'as sent', clockOffsetSeconds: 0, accepted: 20 },
  oddBodiesSeed: seed,
};

/** `npm run test:faults` does more of this, with more kinds of faults, for the given time. */
it(`counts every stored batch once, and the audit finds nothing, however often it is killed (seed ${seed}: ${describePlan(plan)})`, async () => {
  const { sent, stored, problems } = await runRound(emulator, plan, {
    name: 'cus-crash',
    persistentClients: 8,
    fleetingClients: 8,
    storedBefore: 0,
  });
  expect(problems).toEqual([]);
  expect(sent.filter(({ isAccepted }) => !isAccepted).length).toBeGreaterThanOrEqual(kills);
  expect(stored).toBeGreaterThan(0);
  expect(await metric(emulator, 'log_analytics_batches_overdue_total')).toBe(0);
});
