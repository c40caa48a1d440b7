import { setTimeout as sleep } from 'node:timers/promises';
import type { Source } from './consumer-role.ts';

/**
 * Runs work now and again after each pause, one run at a time. A failure is reported, and ends the repetition only if
 * `onFailure` throws.
 */
export function repeatedly(
  pauseMilliseconds: number,
  act: () => Promise<void>,
  onFailure: (error: unknown) => void,
): Source {
  const stopping = new AbortController();
  const { signal } = stopping;
  const ended = (async () => {
    while (!signal.aborted) {
      await act().catch(onFailure);
      await sleep(pauseMilliseconds, undefined, { signal, ref: false }).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    }
  })();
  return {
    ended,
    async stop() {
      stopping.abort();
      await ended.catch(() => undefined); // whoever starts it handles it
    },
  };
}
