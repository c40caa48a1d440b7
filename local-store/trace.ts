import { channel } from 'node:diagnostics_channel';

/** A durable operation of the local store, before its start or after its success. */
export interface TracedOperation {
  readonly phase: 'before' | 'after';
  readonly operation: 'hold' | 'announce' | 'put object' | 'append' | 'checkpoint' | 'delete messages';
  /** Subject of the operation: a key, or the name of a stream or a queue. */
  readonly target: string;
}

const operations = channel('log-analytics.local-store');

/**
 * Runs an operation and informs listeners before and after it, to find slow operations or to crash in a test. It
 * costs nothing without listeners.
 */
export async function traced<T>(
  operation: TracedOperation['operation'],
  target: string,
  run: () => Promise<T>,
): Promise<T> {
  if (!operations.hasSubscribers) return run();
  operations.publish({ phase: 'before', operation, target } satisfies TracedOperation);
  const result = await run();
  operations.publish({ phase: 'after', operation, target } satisfies TracedOperation);
  return result;
}
