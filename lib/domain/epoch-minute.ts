import type { Brand } from './brand.ts';

/** Whole minutes since 1970-01-01T00:00Z: a minute window as the hot path names it. */
export type EpochMinute = Brand<number, 'EpochMinute'>;
