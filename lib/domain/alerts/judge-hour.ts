import type { AlertKind } from './alert-kinds.ts';
import type { AlertRules, ErrorsRule, FallRule, RiseRule, SilenceRule } from './alert-rules.ts';
import { baselineOf, deviation, usualShareOf, type HourCounts } from './baseline.ts';

/** An hour with everything that decides about it. */
export interface HourToJudge {
  readonly counts: HourCounts;
  /** The same hour of the previous weeks, the last one first; `undefined` for one that is not known. */
  readonly weeks: readonly (HourCounts | undefined)[];
  /** True if less traffic than usual means nothing. */
  readonly isHoliday: boolean;
  /** Hours without a request directly before this one, and the requests that they usually have. */
  readonly silence: Silence;
}

/** Hours without a request in a row. */
export interface Silence {
  readonly hours: number;
  readonly usual: number;
}

export const noSilence: Silence = { hours: 0, usual: 0 };

/** Judgement of an hour by a rule: `between` is neither unusual enough to raise an alert, nor usual enough to resolve it. */
export type Verdict = 'unusual' | 'between' | 'usual' | 'not judged';

/** Figures that led to a verdict. */
export interface Judgement {
  readonly verdict: Verdict;
  /** Requests that the hour usually has. */
  readonly usual?: number;
  /** Errors of the hour, and the share of them at which it is unusual. */
  readonly errors?: number;
  readonly limitShare?: number;
  /** Hours of the silence. */
  readonly silentHours?: number;
}

/** A smaller difference could be chance: it occurs in fewer than one hour of a million. */
const leastDeviation = 5;
/** Standard deviations by which a number of errors may be chance. */
const errorsDeviation = 2;
/** A limit above would never be reached where errors are usual. */
const highestShare = 0.9;

/** Judges an hour by the rule of one kind. */
export function judgeHour(kind: AlertKind, hour: HourToJudge, rules: AlertRules): Judgement {
  const { fall, rise, errors, silence } = rules;
  switch (kind) {
    case 'fall':
      return fall === undefined ? notJudged : judgeFall(hour, fall, silence);
    case 'rise':
      return rise === undefined ? notJudged : judgeRise(hour, rise);
    case 'errors':
      return errors === undefined ? notJudged : judgeErrors(hour, errors);
    case 'silence':
      return silence === undefined ? notJudged : judgeSilence(hour, silence);
  }
}

const notJudged: Judgement = { verdict: 'not judged' };

function judgeFall(
  hour: HourToJudge,
  { share, minRequests }: FallRule,
  silence: SilenceRule | undefined,
): Judgement {
  const usual = baselineOf(hour.weeks)?.low;
  if (usual === undefined || usual < minRequests || hour.isHoliday) return notJudged;
  const { requests } = hour.counts;
  // An hour without a request is an alert of its own, and is reported once.
  if (silence !== undefined && judgeSilence(hour, silence).verdict === 'unusual') return notJudged;
  const isUnusual = requests <= (1 - share) * usual && deviation(requests, usual) <= -leastDeviation;
  if (isUnusual) return { verdict: 'unusual', usual };
  return { verdict: requests >= (1 - share / 2) * usual ? 'usual' : 'between', usual };
}

function judgeRise(hour: HourToJudge, { times, minRequests }: RiseRule): Judgement {
  const usual = baselineOf(hour.weeks)?.high;
  if (usual === undefined) return notJudged;
  const { requests } = hour.counts;
  const limit = Math.max(times * usual, minRequests);
  if (requests >= limit && deviation(requests, usual) >= leastDeviation) return { verdict: 'unusual', usual };
  const halfWay = (1 + times) / (2 * times);
  return { verdict: requests <= halfWay * limit ? 'usual' : 'between', usual };
}

function judgeErrors({ counts, weeks }: HourToJudge, rule: ErrorsRule): Judgement {
  const { share, times, fromStatus, minRequests } = rule;
  if (counts.requests < minRequests) return notJudged;
  const errorsOf = ({ clientErrors, serverErrors }: HourCounts) =>
    fromStatus === 400 ? clientErrors + serverErrors : serverErrors;
  const errors = errorsOf(counts);
  const usualShare = usualShareOf(weeks, errorsOf, minRequests);
  const limitShare = Math.max(share, Math.min(times * usualShare, highestShare));
  const surely = errors - errorsDeviation * Math.sqrt(errors);
  if (surely >= limitShare * counts.requests) return { verdict: 'unusual', errors, limitShare };
  return { verdict: errors <= (limitShare / 2) * counts.requests ? 'usual' : 'between', errors, limitShare };
}

function judgeSilence(hour: HourToJudge, { hours, minRequests }: SilenceRule): Judgement {
  if (hour.counts.requests > 0) return { verdict: 'usual' };
  const { hours: silentHours, usual } = silenceWith(hour);
  if (hour.isHoliday) return notJudged;
  return {
    verdict: silentHours >= hours && usual >= minRequests ? 'unusual' : 'between',
    usual,
    silentHours,
  };
}

/** Returns the silence that ends with this hour; hours of holidays do not add to it. */
export function silenceWith({ counts, weeks, isHoliday, silence }: HourToJudge): Silence {
  if (counts.requests > 0) return noSilence;
  if (isHoliday) return silence;
  return { hours: silence.hours + 1, usual: silence.usual + (baselineOf(weeks)?.low ?? 0) };
}
