import { expect, it } from 'vitest';
import { isDone } from '../../../lib/pipeline/verify/is-done.ts';
import type { Verdict, VerifiedBatch } from '../../../lib/pipeline/verify/verdict.ts';
import { VerifyWorld } from './verify-world.ts';

const hour = 3_600;

function isDoneAfter(seconds: number, verdict: Verdict, hasIntents: boolean): boolean {
  const world = new VerifyWorld();
  const notification = world.notification('a');
  world.wait(seconds);
  const batch: VerifiedBatch = { key: notification.key, notifications: [notification], verdict };
  return isDone(batch, { clock: world.clock, hasIntents });
}

it('looks for an absent batch until a day after its intent, since a put may land after its process died', () => {
  const absent = { kind: 'absent' } as const;
  expect(isDoneAfter(24 * hour - 1, absent, true)).toBe(false);
  expect(isDoneAfter(24 * hour, absent, true)).toBe(true);
  expect(isDoneAfter(1, absent, false)).toBe(true);
});

it('looks again at what is not proved, however old it is', () => {
  expect(isDoneAfter(1, { kind: 'counted' }, true)).toBe(true);
  for (const kind of ['waiting', 'awaiting-redrive'] as const) {
    expect(isDoneAfter(100 * hour, { kind, isOverdue: true }, true)).toBe(false);
  }
});
