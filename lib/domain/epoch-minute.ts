import type { Brand } from './brand.ts';

/** Whole minutes since 1970-01-01T00:00Z: the form of a minute window in the hot path. */
export type EpochMinute = Brand<number, 'EpochMinute'>;
