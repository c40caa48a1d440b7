import { constants } from 'node:os';
import { complain, type Io } from './io.ts';

/** The signals of a user or a supervisor that ask a command to end. */
export const interruptions = ['SIGINT', 'SIGTERM'] as const;
export type Interruption = (typeof interruptions)[number];

/**
 * Runs work that the first Ctrl-C or SIGTERM asks to end, through an abort signal; a second one ends the process at
 * once.
 * @param message  tells the user what happens after the first one
 */
export async function interruptible<T>(
  action: (stop: AbortController) => Promise<T>,
  message: string,
  io: Pick<Io, 'events' | 'stderr' | 'exit'>,
): Promise<{ readonly result: T; readonly interruptedBy: Interruption | undefined }> {
  const stop = new AbortController();
  let interruptedBy: Interruption | undefined;
  const listeners = interruptions.map((signal) => {
    const listener = () => {
      if (stop.signal.aborted) {
        io.exit(exitCodeOfSignal(signal));
        return;
      }
      interruptedBy = signal;
      complain(io, message);
      stop.abort();
    };
    io.events.on(signal, listener);
    return { signal, listener };
  });
  try {
    return { result: await action(stop), interruptedBy };
  } finally {
    for (const { signal, listener } of listeners) io.events.off(signal, listener);
  }
}

/** Returns the exit code that shells give a process that a signal ended. */
export function exitCodeOfSignal(signal: Interruption): number {
  return 128 + constants.signals[signal];
}
