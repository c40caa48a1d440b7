import * as z from 'zod';
import { batchIdFromKey, type BatchId } from '../../lib/domain/batch-id.ts';
import type { CustomerId } from '../../lib/domain/customer-id.ts';
import { linesOfRecords } from '../../lib/domain/protocols/firehose/lines-of-records.ts';
import { EmptyBatch, InvalidRequest } from '../../lib/errors.ts';
import {
  httpHandler,
  requireCustomer,
  type ErrorForm,
  type HttpHandler,
  type HttpRequest,
} from '../http/http.ts';
import { respondJson } from '../http/respond.ts';
import { routes } from '../http/routes.ts';
import { parseJson } from '../../lib/parse-json.ts';
import { receiveBatch } from '../receive-batch.ts';
import type { App } from '../wiring.ts';
import { sentBatch } from './sent-batch.ts';

const requestIdHeader = 'x-amz-firehose-request-id';
const attributesHeader = 'x-amz-firehose-common-attributes';

/**
 * `POST /firehose`: takes the records of an Amazon Data Firehose request, whose id is the idempotency key. Firehose repeats
 * a request until the answer is 200 and has that id.
 * https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html
 */
export function firehoseHandler(wired: () => Promise<App>): HttpHandler {
  return httpHandler(
    wired,
    routes.deliverFromFirehose,
    async (request, app) => {
      const form = { id: requireId(request), mediaType: 'text/plain', unwrap: linesOfRecords } as const;
      const customerId = requireCustomerOf(request, app);
      try {
        await receiveBatch(app, sentBatch(request, { ...form, customerId }));
      } catch (error) {
        if (!(error instanceof EmptyBatch)) throw error; // there is nothing to store
      }
      return respondJson(200, acknowledgement(request.headers, app.clock.now()));
    },
    respondFirehoseError,
  );
}

function requireId({ headers }: HttpRequest): BatchId {
  const id = batchIdFromKey(headers[requestIdHeader] ?? '');
  if (id !== undefined) return id;
  const reason = 'must be 1–255 printable ASCII characters';
  throw new InvalidRequest(`The header ${requestIdHeader} ${reason}.`, [{ field: requestIdHeader, reason }]);
}

/**
 * Returns the customer that a request names: without a key in our header or, since Firehose cannot send custom headers, in
 * its common attributes.
 */
function requireCustomerOf(request: HttpRequest, { hasAuthorizer }: Pick<App, 'hasAuthorizer'>): CustomerId {
  const text = request.headers[attributesHeader];
  if (request.customer !== undefined || hasAuthorizer || text === undefined) return requireCustomer(request);
  const { data } = commonAttributesSchema.safeParse(parseJson(text));
  const customer = data?.commonAttributes['x-customer-id'];
  return requireCustomer({ customer }, { field: attributesHeader, subject: attributeSubject });
}

const attributeSubject = `The attribute x-customer-id in the header ${attributesHeader}`;

const commonAttributesSchema = z.object({ commonAttributes: z.record(z.string(), z.string()) });

const respondFirehoseError: ErrorForm = ({ status, headers, errorDescription }, request) =>
  respondJson(
    status,
    { ...acknowledgement(request.headers, request.now), errorMessage: errorDescription },
    headers,
  );

function acknowledgement(headers: HttpRequest['headers'], now: Date) {
  return { requestId: headers[requestIdHeader] ?? '', timestamp: now.getTime() };
}
