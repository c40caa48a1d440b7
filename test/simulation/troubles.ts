import type { Chance } from '../faults/chance.ts';
import { noFaults, type FaultRates, type Trouble } from './faults.ts';

/** Beginnings of the labels of operations, by which they can be in trouble together. */
const operations = [
  'get aggregates/minute',
  'get aggregates/hour',
  'get aggregates/day',
  'get batches',
  'get customers',
  'get forgotten',
  'get retention',
  'put aggregates/minute',
  'put aggregates/hour',
  'put aggregates/day',
  'put batches',
  'put customers',
  'put forgotten',
  'put retention',
  'list',
  'delete',
  'announce',
  'write temporary file',
  'put on insights',
  'put on late',
  'append to batches',
  'append to insights',
  'append to late',
  'append to windows',
  'append to verify',
  'consumption of',
  'backlog of',
] as const;

const kinds: readonly Partial<FaultRates>[] = [
  { slow: 0.5 },
  { slow: 0.9 },
  { answersLate: 0.5 },
  { answersLate: 0.9 },
  { refused: 0.3 },
  { answerLost: 0.3 },
  { dies: 0.2 },
];

/**
 * Chooses some kinds of operations and a trouble for each; often none. Faults that come everywhere at a low rate hide
 * each other, and rarely hit the one operation between two others that a protection is for.
 */
export function someTroubles(chance: Chance): Trouble[] {
  const rate = chance.oneOf(0, 0.1, 0.1, 0.3);
  const chosen: Trouble[] = [];
  for (const operation of operations) {
    const kind = kinds[chance.upTo(kinds.length) - 1];
    if (kind !== undefined && chance.happens(rate))
      chosen.push({ operation, rates: { ...noFaults, ...kind } });
  }
  return chosen;
}
