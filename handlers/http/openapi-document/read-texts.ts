import { csvRow } from '../csv.ts';
import { cellsOfPath } from '../reads/measure-cells.ts';
import { pathsCsvHeader } from '../reads/paths-csv.ts';
import { totalCsvHeader } from '../reads/total-csv.ts';
import { windowsCsvHeader } from '../reads/windows-csv.ts';
import type { OperationText } from './operation.ts';

const range = { from: '2025-12-28T18:00:00Z', to: '2025-12-28T19:00:00Z' };
const window = {
  customerId: 'cus-axon',
  windowSize: 'minute',
  windowStart: '2025-12-28T18:03:00Z',
  requests: 16_000,
  requestsByPath: { 'GET /': 12_000, 'POST /login': 4_000 },
  requestsByUserAgent: { Chrome: 16_000 },
  requestsByStatus: { 200: 16_000 },
  batches: 3_200,
  revision: 41,
  lateRequests: 0,
  complete: true,
  updatedAt: '2025-12-28T18:04:02.118Z',
};
const progress = { countedThrough: '2025-12-28T19:12:31.406Z', waiting: 0 };
const windowPage = {
  customerId: 'cus-axon',
  windowSize: 'minute',
  ...range,
  ...progress,
  windows: [window],
};
const total = {
  customerId: 'cus-axon',
  ...range,
  ...progress,
  requests: 16_000,
  topPaths: [
    { key: 'GET /', requests: 12_000 },
    { key: 'POST /login', requests: 4_000 },
  ],
  topUserAgents: [{ key: 'Chrome', requests: 16_000 }],
  topStatuses: [{ key: '200', requests: 16_000 }],
  folded: 0,
  complete: true,
};
const pathPage = {
  customerId: 'cus-axon',
  ...range,
  ...progress,
  complete: true,
  paths: [
    { key: 'GET /', requests: 12_000, errors: 20, bytes: 48_000_000, meanMs: 12.43 },
    { key: 'POST /login', requests: 4_000, errors: 100, bytes: 1_200_000, meanMs: 85.1 },
  ],
  folded: 0,
  foldedErrors: 0,
};
const customerTotals = {
  customers: [
    {
      customerId: 'cus-axon',
      requests: 16_000,
      errors: 120,
      firstWindow: '2025-12-28T18:03:00Z',
      lastWindow: '2025-12-28T18:03:00Z',
    },
  ],
  countedThrough: progress.countedThrough,
  complete: true,
};
const raised = {
  kind: 'fall',
  id: '4e1243bd22c66e76c2ba9eddc1f91394',
  windowStart: '2025-12-28T18:00:00Z',
  since: '2025-12-28T17:00:00Z',
};
const alertPage = {
  customerId: 'cus-axon',
  ...range,
  judgedThrough: '2025-12-28T19:00:00Z',
  open: [raised],
  alerts: [
    {
      ...raised,
      customerId: 'cus-axon',
      change: 'raised',
      windowSize: 'hour',
      requests: 1_250,
      usual: 16_000,
      decidedAt: '2025-12-28T19:12:31.406Z',
      text: 'cus-axon: traffic fell to 1,250 requests in the hour from 2025-12-28 18:00 UTC; about 16,000 are usual.',
    },
  ],
};
const readAnswerHeaders = ['etag', 'cache-control', 'vary', 'x-counted-through'] as const;
const notModified = { description: 'The client already has this answer.', headers: readAnswerHeaders };
const csvNote =
  "With `format=csv` or `accept: text/csv` the answer is CSV (RFC 4180): one row per key, with its `dimension` (`path`, `userAgent`, `status` and others; `total` is all requests). If a spreadsheet could treat a key as a formula, a `'` is put before it, which is not part of the key. `countedThrough` is the same in each row, and empty if it is not known. The columns of measures are empty where nothing is known of them.";

/** The texts of the routes that read the counts. */
export const readTexts = {
  readWindows: {
    summary: 'Read the windows of a range',
    description: `${csvNote} With \`format=ndjson\` each line is a window as in the JSON document, and \`countedThrough\` is in the header \`x-counted-through\`. With \`path\` the windows have the counts of one path. Such a page also ends after 4,000 windows or about 256 MiB were read, and then can have few windows, or none, before its \`nextToken\`. As CSV it has one row per window.`,
    answers: {
      200: {
        description: 'Windows with `from ≤ windowStart < to`, in time order.',
        headers: [...readAnswerHeaders, 'link'],
        examples: {
          'application/json': windowPage,
          'text/csv':
            windowsCsvHeader +
            csvRow([
              window.windowStart,
              'minute',
              true,
              'path',
              'GET /',
              12_000,
              progress.countedThrough,
              ...cellsOfPath(),
            ]),
          'application/x-ndjson': `${JSON.stringify(window)}\n`,
        },
      },
      304: notModified,
    },
  },
  readTotal: {
    summary: 'Sum up a range',
    description: `The sum of the largest windows that fit: whole days, then hours, then minutes. Hours that are incomplete, or have been complete for less than five minutes, are read by minute. Late data for earlier hours is in the answer within seconds (deployed, about a minute), when their hour and day have been rolled up. With \`pathPrefix\`, everything that is not counted by path is absent. A list of largest keys also ends at 1 MiB. ${csvNote}`,
    answers: {
      200: {
        description: 'The sum, and the largest keys of each dimension.',
        headers: readAnswerHeaders,
        examples: {
          'application/json': total,
          'text/csv':
            totalCsvHeader +
            csvRow([
              range.from,
              range.to,
              true,
              'path',
              'GET /',
              12_000,
              progress.countedThrough,
              ...cellsOfPath(),
            ]),
        },
      },
      304: notModified,
    },
  },
  listPaths: {
    summary: 'List the paths of a range',
    description: `The paths of a range with their counts, page by page, from the same windows as \`GET /aggregates/total\`. Each page is summed up anew and begins behind the last path of the one before: while counting goes on, a path whose counts change between two pages may be on neither or, with \`sort=meanMs\`, on both. With more than 50,000 paths that match, those with the smallest values are dropped, and \`folded\` says so. In CSV (RFC 4180, one row per path) and NDJSON (one path per line), counts of unknown paths are in the row \`(other)\`, the first one of the first page. If a spreadsheet could treat a key as a formula, a \`'\` is put before it in CSV, which is not part of the key.`,
    answers: {
      200: {
        description: 'A page of paths.',
        headers: [...readAnswerHeaders, 'link'],
        examples: {
          'application/json': pathPage,
          'text/csv':
            pathsCsvHeader +
            csvRow([
              range.from,
              range.to,
              true,
              'GET /',
              12_000,
              20,
              progress.countedThrough,
              48_000_000,
              149_160,
              12.43,
            ]),
          'application/x-ndjson': `${JSON.stringify(pathPage.paths[0])}\n`,
        },
      },
      304: notModified,
    },
  },
  listCustomers: {
    summary: 'List the customers',
    description:
      'On a laptop, the answer lists all customers that have windows, and `x-customer-id` is ignored. Deployed, it lists only the caller. A customer is listed seconds after its first entries were counted. With `from`, `to` or `sort`, the answer also has totals over whole UTC days, as far as these were rolled up. Each page is sorted by name. Across pages, names with capital letters come first or, with `sort=requests`, customers with most requests.',
    answers: {
      200: {
        description: 'The customers.',
        headers: ['cache-control', 'vary'],
        examples: { 'application/json': customerTotals },
      },
    },
  },
  readAlerts: {
    summary: 'Read alerts',
    description:
      'Alerts are decided by the rules in the file of `ALERT_RULES`, hour by hour, when an hour has become complete. Without such a file there are none.',
    answers: {
      200: {
        description: 'Alerts that were raised or resolved by hours with `from ≤ windowStart < to`.',
        headers: ['cache-control', 'vary'],
        examples: { 'application/json': alertPage },
      },
    },
  },
} as const satisfies Readonly<Record<string, OperationText>>;
