import type { AnsweredMeasures } from '../../../lib/domain/answered-measures.ts';

/** The columns of the measures in CSV: behind all others, so that the ones before keep their places. */
export const measureColumns = ['bytes', 'durationMs', 'p50Ms', 'p95Ms', 'p99Ms', 'visitors'] as const;

type Cell = string | number;

/** Returns the cells of measures of everything; those that nothing is known of are empty. */
export function cellsOfMeasures({ bytes, duration, visitors }: AnsweredMeasures): Cell[] {
  const { sumMs = '', p50Ms = '', p95Ms = '', p99Ms = '' } = duration ?? {};
  return [bytes ?? '', sumMs, p50Ms, p95Ms, p99Ms, visitors ?? ''];
}

/** Returns the cells of a path, or of a key that has no measures. */
export function cellsOfPath(bytes?: number, durationMs?: number): Cell[] {
  return [bytes ?? '', durationMs ?? '', '', '', '', ''];
}
