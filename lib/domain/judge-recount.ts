import { nameOfId, namesOfIds } from './packed-id-names.ts';
import type { WindowAggregate } from './window-aggregate.ts';

/** Judgement of a window by a recount. */
export interface RecountVerdict {
  /**
   * `counted`: it counts everything by these rules; `needed`: it does not; `gone`: it may not, and the batches of some of its partials are not
   * known, so that it has to stay as it is.
   */
  readonly kind: 'counted' | 'needed' | 'gone';
  /** Number of partials whose batches are not known; 0 unless `gone`. */
  readonly gone: number;
  /** Number of partials of batches that other rules counted, and that the window does not hold yet. */
  readonly waiting: number;
}

/** The judgement of one window, which gets the partials of stored batches one at a time. */
export interface RecountJudgement {
  /** @param isOfTheseRules  these rules counted the batch when it was stored */
  add(id: Buffer, isOfTheseRules: boolean): void;
  finish(): RecountVerdict;
}

/**
 * Begins to judge whether a window has to be recounted. It counts its first partials by the rules that it was recounted by, and
 * the others as their batches were stored.
 * @param window  `undefined` where there is none
 */
export function judgeRecount(
  window: Pick<WindowAggregate, 'partialIds' | 'recounted'> | undefined,
  rulesVersion: string,
): RecountJudgement {
  const recounted = window?.recounted?.partials ?? 0;
  const isRecountedSo = window?.recounted?.rulesVersion === rulesVersion;
  let place = 0;
  /** Held partials; true for those that these rules recounted, and `undefined` for those that depend on their batch. */
  const held = new Map<string, boolean | undefined>();
  for (const name of window === undefined ? [] : namesOfIds(window.partialIds)) {
    held.set(name, place < recounted ? isRecountedSo : undefined);
    place += 1;
  }
  let byOthers = 0;
  let waiting = 0;
  return {
    add(id, isOfTheseRules) {
      const name = nameOfId(id);
      if (!held.has(name)) {
        if (!isOfTheseRules) waiting += 1;
        return;
      }
      if (!(held.get(name) ?? isOfTheseRules)) byOthers += 1;
      held.delete(name);
    },
    finish() {
      let gone = 0;
      for (const isByThese of held.values()) if (isByThese !== true) gone += 1;
      const kind = gone > 0 || (byOthers > 0 && held.size > 0) ? 'gone' : byOthers > 0 ? 'needed' : 'counted';
      return { kind, gone: kind === 'gone' ? held.size : 0, waiting };
    },
  };
}
