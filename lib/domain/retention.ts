import type { EpochMinute } from './epoch-minute.ts';
import { enclosingWindowStart, minutesBefore, windowStartOf, type WindowStart } from './window.ts';

/** A horizon, and since when it is one. */
export interface Horizon {
  /** Midnight, UTC: so no window of any size lies on both sides of it. */
  readonly horizon: WindowStart;
  /** By the clock of whoever stored it, read before it was stored. */
  readonly at: Date;
}

/** How far data is expired, as it is stored. */
export interface RetentionState {
  /** What is older has expired. It only ever moves forward. */
  readonly current: Horizon | undefined;
  /**
   * A former horizon, by which every process went when `current` was set: what is behind it may be deleted at once, also
   * where `current` is set anew, day after day, before it has settled.
   */
  readonly settled: WindowStart | undefined;
  /** A move that waits for its confirmation, and means nothing until then. */
  readonly announced: Horizon | undefined;
}

/** A process may go on for so long with a horizon that it has read. */
export const cacheSeconds = 60;

/**
 * How long after a horizon was set nothing behind it is deleted. By then every process goes by it: one that has read the
 * horizon before does so for `cacheSeconds`, and an invocation takes 120 s at most. The rest is for clocks that differ and
 * for the write of the horizon itself.
 */
const settleSeconds = 900;

/** A move by no more than this needs no announcement: it is what the passing of days makes. */
const usualMoveMinutes = 2 * 1_440;

/**
 * A larger move takes effect only when it was announced so long before: time to correct a mistyped number of days, or a
 * clock that is years ahead. What is deleted cannot be had back.
 */
const announcedSeconds = 86_400;

/** Before any window that there can be. */
export const noHorizon: WindowStart = windowStartOf(0 as EpochMinute);

/** Where the horizon belongs: so many whole days before the present one. */
export function horizonOf(now: Date, retentionDays: number): WindowStart {
  const minute = windowStartOf(Math.floor(now.getTime() / 60_000) as EpochMinute);
  return enclosingWindowStart(minutesBefore(minute, retentionDays * 1_440), 'day');
}

/**
 * The next state, or `state` itself where there is nothing to change.
 * @param target  where the horizon belongs now; `undefined` where everything is to be kept from now on
 */
export function nextRetention(
  state: RetentionState,
  target: WindowStart | undefined,
  now: Date,
): RetentionState {
  const { current, settled, announced } = state;
  const set = (horizon: WindowStart): RetentionState => {
    return { current: { horizon, at: now }, settled: deletableHorizon(state, now), announced: undefined };
  };
  const isDue = target !== undefined && target > (current?.horizon ?? noHorizon);
  if (!isDue) return announced === undefined ? state : { current, settled, announced: undefined };
  const isUsualAfter = (earlier: Horizon) => minutesBefore(target, usualMoveMinutes) <= earlier.horizon;
  if (current !== undefined && isUsualAfter(current)) return set(target);
  const holds = announced !== undefined && announced.horizon <= target && announced.at <= now;
  if (!holds) return { current, settled, announced: { horizon: target, at: now } };
  if (now.getTime() - announced.at.getTime() < announcedSeconds * 1_000) return state;
  return set(isUsualAfter(announced) ? target : announced.horizon);
}

/** When an announced horizon is set. */
export function takesEffectAt({ at }: Horizon): Date {
  return new Date(at.getTime() + announcedSeconds * 1_000);
}

/** What is behind this may be deleted, since by now every process goes by it; `undefined` where nothing may. */
export function deletableHorizon({ current, settled }: RetentionState, now: Date): WindowStart | undefined {
  const isSettled = current !== undefined && now.getTime() - current.at.getTime() >= settleSeconds * 1_000;
  return isSettled ? current.horizon : settled;
}
