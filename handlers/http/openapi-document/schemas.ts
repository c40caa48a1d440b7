import * as z from 'zod';
import { errorCodes } from '../error-codes.ts';
import { shareBodySchema } from '../share-body.ts';
import { alert, alertPage } from './schemas/alerts.ts';
import { accepted, batch, entry } from './schemas/batches.ts';
import { instant, problem } from './schemas/common.ts';
import { customerPage, customerTotals, customerTotalsPage } from './schemas/customers.ts';
import { keyTotal, pathTotal } from './schemas/measures.ts';
import { protocolSchemas } from './schemas/protocols.ts';
import { pathCounts, pathPage, total } from './schemas/totals.ts';
import { pathWindow, pathWindowPage, window, windowPage } from './schemas/windows.ts';

const errorCategories = [...new Set(Object.values(errorCodes).map(({ category }) => category))];

const error = z
  .object({
    requestId: z.string(),
    errorCategory: z.enum(errorCategories),
    errorCode: z.enum(Object.keys(errorCodes)),
    errorDescription: z.string(),
    details: z.array(problem).optional().describe('Describes the problems, if they are known.'),
    batchId: z.string().optional().describe('With `ING_1001`: the batch that was accepted before.'),
  })
  .describe('The body of every error that a function answers.');

const shareLink = z.object({
  token: z
    .string()
    .describe('The token, which is a secret: whoever has it can read the counts. It is stored nowhere.'),
  customerId: z.string().describe('The only customer whose counts it shows.'),
  expiresAt: instant.describe('The instant from which on it is refused.'),
});

const gatewayRefusal = z
  .object({ message: z.string() })
  .describe('The answer of API Gateway to a request without a valid API key.');

const health = z.object({ status: z.literal('ok') });

const document = z.looseObject({ openapi: z.string() }).describe('An OpenAPI document.');

/** Parts of requests and answers, by their names in the document. */
export const schemas = {
  Entry: entry,
  Error: error,
  Accepted: accepted,
  KeyTotal: keyTotal,
  PathTotal: pathTotal,
  Window: window,
  WindowPage: windowPage,
  PathWindow: pathWindow,
  PathWindowPage: pathWindowPage,
  WindowsAnswer: z.union([windowPage, pathWindowPage]),
  Total: total,
  PathCounts: pathCounts,
  PathPage: pathPage,
  Batch: batch,
  CustomerTotals: customerTotals,
  CustomerPage: z.union([customerPage, customerTotalsPage]),
  Alert: alert,
  AlertPage: alertPage,
  ShareLink: shareLink,
  ShareLinkOptions: shareBodySchema,
  GatewayRefusal: gatewayRefusal,
  Health: health,
  Document: document,
  ...protocolSchemas,
} as const satisfies Record<string, z.ZodType>;

export type SchemaName = keyof typeof schemas;
