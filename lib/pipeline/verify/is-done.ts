import type { Clock } from '../../ports/clock.ts';
import type { VerifiedBatch } from './verdict.ts';

/** Age of an intent up to which its batch may still be stored, by a put whose process has died. */
const mayAppearMilliseconds = 24 * 3_600_000;

export interface IsDonePorts {
  readonly clock: Clock;
  /** An intent precedes each batch; elsewhere a message follows it. */
  readonly hasIntents: boolean;
}

/** Reports whether the messages of a batch are done; otherwise they have to come again. */
export function isDone(
  { verdict, notifications }: VerifiedBatch,
  { clock, hasIntents }: IsDonePorts,
): boolean {
  if (verdict.kind === 'counted') return true;
  if (verdict.kind !== 'absent') return false;
  const now = clock.now().getTime();
  const isYoung = notifications.some(
    ({ firstReceivedAt }) => now - firstReceivedAt.getTime() < mayAppearMilliseconds,
  );
  return !(hasIntents && isYoung);
}
