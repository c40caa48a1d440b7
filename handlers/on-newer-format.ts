import { newerFormatIn, type NewerFormat } from '../lib/errors.ts';

export interface NewerFormatOptions {
  /**
   * Called after an invocation with what it could not process, since a newer version wrote it or something that it needs.
   * May throw. Without it, such a thing only comes again, until a function of that version gets it.
   */
  readonly onNewerFormat?: ((what: string, error: NewerFormat) => void) | undefined;
}

/** Calls `onNewerFormat` with the first thing that failed because of a newer version, if there is one. */
export function reportNewerFormat<Failure extends { readonly error: unknown }>(
  failures: Iterable<Failure>,
  nameOf: (failure: Failure) => string,
  { onNewerFormat }: NewerFormatOptions,
): void {
  for (const failure of failures) {
    const newer = newerFormatIn(failure.error);
    if (newer === undefined) continue;
    onNewerFormat?.(nameOf(failure), newer);
    return;
  }
}
