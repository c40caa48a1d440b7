import { delayBeforeNext } from './next-load.ts';

export interface LiveContext {
  /**
   * Loads and shows the current data; is not called again before it has ended or was aborted.
   * @returns  true if part of the data is still being counted
   */
  readonly load: (signal: AbortSignal) => Promise<boolean>;
  /** @returns  true if the page may try again without an action of the user */
  readonly onFailure: (error: unknown, retryInMilliseconds: number) => boolean;
  readonly now: () => number;
  readonly setTimer: (callback: () => void, milliseconds: number) => number;
  readonly clearTimer: (timer: number) => void;
}

/** Keeps the page up to date. */
export interface Live {
  /** Loads at once; replaces a load that is running. */
  load(): void;
  /** Stops or resumes loading by itself; `load` always loads. */
  setRunning(isRunning: boolean): void;
}

export function createLive({ load, onFailure, now, setTimer, clearTimer }: LiveContext): Live {
  let isRunning = true;
  let mayRetry = true;
  let failures = 0;
  let countingLoads = 0;
  let timer: number | undefined;
  let controller = new AbortController();

  const loadNow = async (): Promise<void> => {
    controller.abort();
    controller = new AbortController();
    const { signal } = controller;
    if (timer !== undefined) clearTimer(timer);
    timer = undefined;
    const startedAt = now();
    let failure: { readonly error: unknown } | undefined;
    let isCounting = false;
    try {
      isCounting = await load(signal);
    } catch (error) {
      failure = { error };
    }
    if (signal.aborted) return; // a newer load is running
    failures = failure === undefined ? 0 : failures + 1;
    countingLoads = isCounting ? countingLoads + 1 : 0;
    const delay = delayBeforeNext({ failures, countingLoads, tookMilliseconds: now() - startedAt });
    mayRetry = failure === undefined || onFailure(failure.error, delay);
    if (isRunning && mayRetry) timer = setTimer(() => void loadNow(), delay);
  };

  return {
    load: () => void loadNow(),
    setRunning(running) {
      if (running === isRunning) return;
      isRunning = running;
      if (isRunning && mayRetry) void loadNow();
      if (!isRunning && timer !== undefined) clearTimer(timer);
    },
  };
}
