const signals = ['SIGINT', 'SIGTERM'] as const;
export type Interruption = (typeof signals)[number];

/**
 * Does something that the first Ctrl-C, or SIGTERM, asks to end by aborting a controller; a second one ends the process at
 * once.
 */
export async function interruptible<T>(
  action: (stop: AbortController) => Promise<T>,
): Promise<{ readonly result: T; readonly interruptedBy: Interruption | undefined }> {
  const stop = new AbortController();
  let interruptedBy: Interruption | undefined;
  const listeners = signals.map((signal) => {
    const listener = () => {
      interruptedBy = signal;
      stop.abort();
    };
    process.once(signal, listener);
    return { signal, listener };
  });
  try {
    return { result: await action(stop), interruptedBy };
  } finally {
    for (const { signal, listener } of listeners) process.off(signal, listener);
  }
}
