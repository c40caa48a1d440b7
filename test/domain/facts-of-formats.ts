import { customer, countsWith, instant, windowPartial, windowStart } from '../factories.ts';

const counts = {
  requestsByPath: { 'GET /': 2, 'GET /grüße?a=b': 1, 'GET /\ud800': 1 },
  requestsByUserAgent: { Chrome: 3, Other: 1 },
  requestsByStatus: { 200: 1, 404: 2 },
  requestsByAgentClass: { browser: 3, other: 1 },
  requestsByErrorPath: { '404 GET /grüße?a=b': 1, '404 GET /\ud800': 1 },
  requestsByReferrer: { 'b.example': 1 },
  requestsByHost: { 'a.example': 3 },
  requestsByCountry: { DE: 1 },
};
const measures = {
  bytes: 700,
  bytesByPath: new Map([
    ['GET /', 300],
    ['GET /grüße?a=b', 400],
  ]),
  durationMsByPath: new Map([['GET /', 1_250]]),
  timedByPath: new Map([['GET /', 2]]),
  durations: new Map([
    [7, 1],
    [120, 1],
  ]),
  visitors: new Map([
    [0, 1],
    [4_095, 37],
  ]),
};

const window = {
  customerId: customer('Acme.%2e'),
  windowStart: windowStart(),
  requests: 4,
  batches: 2,
  revision: 7,
  lateRequests: 1,
  updatedAt: instant('2025-12-28T18:04:05.678Z'),
  counts: countsWith(
    Object.fromEntries(
      Object.entries({
        ...counts,
        // The path of one key was folded.
        requestsByErrorPath: { '404 GET /grüße?a=b': 1, '404 GET /folded': 1 },
      }).map(([field, byKey]) => [field, new Map(Object.entries(byKey))]),
    ),
  ),
  measures,
  partialIds: Buffer.from('partial-id-00001partial-id-00002'),
};
const { partialIds: _partialIds, batches: _batches, ...ofWindow } = window;

/** A partial, a minute and an hour with all dimensions and measures, as frozen in test/fixtures/formats. */
export const factsOfFormats = {
  partial: windowPartial({ id: 'partial-2', counts, measures }),
  window,
  hour: { ...ofWindow, windowSize: 'hour', windowStart: windowStart('2025-12-28T18:00:00Z') },
} as const;
