import type { EpochMinute } from './epoch-minute.ts';
import { enclosingWindowStart, minutesBefore, windowStartOf, type WindowStart } from './window.ts';

/** A horizon, and when it was set. */
export interface Horizon {
  /** Midnight UTC, so no window of any size lies on both sides of it. */
  readonly horizon: WindowStart;
  /** Time by the clock of the process that stored it, read before it was stored. */
  readonly at: Date;
}

/** The stored state of the retention. */
export interface RetentionState {
  /** The horizon behind which windows have expired. It only ever moves forward. */
  readonly current: Horizon | undefined;
  /**
   * A former horizon that every process respected when `current` was set. Windows behind it may be deleted at once,
   * even if `current` is set anew, day after day, before it has settled.
   */
  readonly settled: WindowStart | undefined;
  /** A move that waits for its confirmation, and has no effect until then. */
  readonly announced: Horizon | undefined;
}

/** Time for which a process may use a horizon that it has read. */
export const cacheSeconds = 60;

/**
 * Time after a horizon was set in which nothing behind it is deleted. Afterwards every process respects it: one that
 * read an earlier horizon uses that for `cacheSeconds`, and an invocation takes at most 120 s. The rest is for clocks
 * that differ and for the write of the horizon itself.
 */
const settleSeconds = 900;

/** A move of at most this length needs no announcement: passing days cause it. */
const usualMoveMinutes = 2 * 1_440;

/**
 * A larger move only takes effect this long after its announcement: time to correct a mistyped number of days, or a
 * clock that is years ahead. Deleted windows cannot be restored.
 */
const announcedSeconds = 86_400;

/** Before any possible window. */
export const noHorizon: WindowStart = windowStartOf(0 as EpochMinute);

/** Returns the horizon for a time: this many whole days before the current one. */
export function horizonOf(now: Date, retentionDays: number): WindowStart {
  const minute = windowStartOf(Math.floor(now.getTime() / 60_000) as EpochMinute);
  return enclosingWindowStart(minutesBefore(minute, retentionDays * 1_440), 'day');
}

/**
 * Returns the next state, or `state` itself if nothing changes.
 * @param target  the horizon for now; `undefined` if everything is kept from now on
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

/** Returns when an announced horizon takes effect. */
export function takesEffectAt({ at }: Horizon): Date {
  return new Date(at.getTime() + announcedSeconds * 1_000);
}

/**
 * Returns the horizon behind which windows may be deleted, because every process respects it by now; `undefined` if
 * none may.
 */
export function deletableHorizon({ current, settled }: RetentionState, now: Date): WindowStart | undefined {
  const isSettled = current !== undefined && now.getTime() - current.at.getTime() >= settleSeconds * 1_000;
  return isSettled ? current.horizon : settled;
}
