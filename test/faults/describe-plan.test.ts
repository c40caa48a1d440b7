import { expect, it } from 'vitest';
import { describePlan } from './describe-plan.ts';
import type { RoundPlan } from './plan-round.ts';

const plan: RoundPlan = {
  oddBodiesSeed: 9,
  lives: [
    {
      rules: 'as sent',
      clockOffsetSeconds: 61,
      disturbances: [
        { kind: 'pause', after: 10, milliseconds: 500 },
        { kind: 'sleep', after: 20, milliseconds: 21_000 },
        { kind: 'clock', after: 30, offsetSeconds: 0 },
        { kind: 'intruder', after: 40 },
      ],
      end: { kind: 'signal', signal: 'SIGKILL', after: 50 },
    },
    {
      rules: 'folded',
      clockOffsetSeconds: 0,
      disturbances: [
        {
          kind: 'disk',
          after: 10,
          fault: { operation: 'write', path: '/objects/', code: 'ENOSPC' },
          accepted: 100,
          refused: 20,
        },
        {
          kind: 'disk',
          after: 20,
          fault: { operation: 'commit', path: 'log', delayMilliseconds: 30 },
          accepted: 100,
          refused: 20,
        },
        { kind: 'readers', after: 30 },
      ],
      end: { kind: 'step', step: 'before append late', nth: 3, after: 500 },
    },
  ],
  lastLife: { rules: 'as sent', clockOffsetSeconds: 0, accepted: 5 },
};

it('says all that is done, in its order', () => {
  expect(describePlan(plan).split('; ')).toEqual([
    'odd bodies of seed 9',
    'paths as sent, clock 61 s ahead, paused 500 ms after 10, asleep 21000 ms after 20, clock right after 30, ' +
      'a second emulator after 40, SIGKILL after 50',
    'upgraded to paths folded, disk ENOSPC at write of /objects/ (for 100 accepted or 20 refused) after 10, ' +
      'disk 30 ms at commit of log (for 100 accepted or 20 refused) after 20, audit and dead letters after 30, ' +
      'dies before append late (no. 3)',
    'upgraded to paths as sent, left alone',
  ]);
});
