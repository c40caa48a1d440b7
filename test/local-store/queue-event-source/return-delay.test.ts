import { describe, expect, it } from 'vitest';
import { returnDelaySeconds, type FailedLook } from '../../../local-store/queue-event-source/return-delay.ts';

const look: FailedLook = {
  triedForSeconds: 0,
  secondsAMessage: 0.0001,
  messages: 1,
  firstReturnSeconds: 2,
  visibilityTimeoutSeconds: 60,
};

describe('after how long a message comes back that its function reported as failed', () => {
  it.each([
    ['soon at first', {}, 2],
    ['after half of the time for which it was tried', { triedForSeconds: 30 }, 15],
    ['never later than after its visibility time-out', { triedForSeconds: 900 }, 60],
    ['no sooner than all could be looked at in a tenth of the time', { messages: 40_000 }, 40],
    ['after its visibility time-out where there are very many', { messages: 1_000_000 }, 60],
  ])('is %s', (_, changed, seconds) => {
    expect(returnDelaySeconds({ ...look, ...changed })).toBe(seconds);
  });

  it('is looked at a dozen times in the first ten minutes, where nothing else waits', () => {
    let at = 0;
    let looks = 0;
    for (; at < 600; looks += 1) at += returnDelaySeconds({ ...look, triedForSeconds: at });
    expect(looks).toBeLessThan(20);
  });
});
