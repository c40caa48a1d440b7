import type { Range, Unit } from '../period/period.ts';
import { edgesOf, startOfUnit } from '../period/period.ts';
import type { Detail, DetailDimension } from '../state/detail.ts';
import { addUpBetween, type CourseBucket, type CourseWindow } from '../figures/course.ts';
import type { Client } from './client.ts';
import { count, instant, isObject, list, member, optionalNumber, parseNextToken } from './fields.ts';
import { isoRange, localTime } from './iso-range.ts';
import { readPages } from './read-pages.ts';

export interface CourseQuery {
  readonly customer: string;
  readonly detail: Detail;
  readonly range: Range;
  readonly unit: Unit;
  readonly zone: string;
}

/** Largest keys to read of each window. A key that is not among them is not known there. */
const keysOfWindow = '50';

const fields: Readonly<Record<Exclude<DetailDimension, 'path'>, string>> = {
  agent: 'requestsByUserAgent',
  class: 'requestsByAgentClass',
  status: 'requestsByStatus',
  referrer: 'requestsByReferrer',
  host: 'requestsByHost',
  country: 'requestsByCountry',
};

/**
 * Loads the requests of one key over time. Parts of units at both ends of the range are added up from their minutes, so
 * that the sum is that of the range.
 */
export async function loadCourse(
  { customer, detail, range, unit, zone }: CourseQuery,
  client: Client,
  signal: AbortSignal,
): Promise<CourseBucket[]> {
  const edges = edgesOf(range, unit, zone);
  const whole = edges.filter((edge) => startOfUnit(edge, unit, zone) === edge);
  const [first, last] = [whole[0] ?? range.to, whole.at(-1) ?? range.to];
  const parts = [
    { window: 'minute', from: range.from, to: first },
    { window: unit, from: first, to: last },
    { window: 'minute', from: last, to: range.to },
  ] as const;
  const read = async ({ window, from, to }: (typeof parts)[number]) => {
    const parameters = {
      window,
      ...isoRange({ from, to }),
      ...localTime(window, zone),
      ...(detail.dimension === 'path' ? { path: detail.key } : { top: keysOfWindow }),
    };
    const pages = await readPages(
      { path: 'aggregates', parameters, customer },
      parserOf(detail),
      client,
      signal,
    );
    return pages.flatMap((page) => page.windows);
  };
  const windowsOfParts = await Promise.all(parts.filter(({ from, to }) => from < to).map(read));
  return addUpBetween(edges, windowsOfParts.flat());
}

interface CoursePage {
  readonly windows: readonly CourseWindow[];
  readonly nextToken: string | undefined;
}

function parserOf({ dimension, key }: Detail): (answer: unknown) => CoursePage {
  const parse = dimension === 'path' ? parsePathWindow : windowParserOf(fields[dimension], key);
  return (answer) => ({
    windows: list(answer, 'windows', (window) => ({
      start: instant(member(window, 'windowStart'), 'windowStart'),
      ...parse(window),
    })),
    nextToken: parseNextToken(answer),
  });
}

function parsePathWindow(window: unknown): Omit<CourseWindow, 'start'> {
  return {
    requests: count(member(window, 'requests'), 'requests'),
    errors: count(member(window, 'errors'), 'errors'),
    bytes: optionalNumber(window, 'bytes'),
    durationMs: optionalNumber(window, 'durationMs'),
    meanMs: optionalNumber(window, 'meanMs'),
    isKnown: true,
  };
}

function windowParserOf(field: string, key: string): (window: unknown) => Omit<CourseWindow, 'start'> {
  return (window) => {
    const counts = member(window, field);
    const requests = isObject(counts) && Object.hasOwn(counts, key) ? counts[key] : undefined;
    const hasOthers = isObject(counts) && Object.hasOwn(counts, '(other)');
    return {
      requests: requests === undefined ? 0 : count(requests, field),
      isKnown: requests !== undefined || !hasOthers,
    };
  };
}
