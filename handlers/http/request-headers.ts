import * as z from 'zod';
import { invalidEntries } from '../../lib/domain/invalid-entries.ts';
import { formatNames } from '../../lib/domain/log-formats/log-reader.ts';
import { customerIdPattern } from '../../lib/domain/customer-id.ts';

const customerId = z.string().regex(customerIdPattern);

/** Header that names the customer. */
export const customerHeader = z.object({
  'x-customer-id': customerId.describe(
    'The customer whose traffic this is; not `.` or `..`. Deployed, an authorizer sets the customer and the header is ignored.',
  ),
});

export const conditionalHeader = z.object({
  'if-none-match': z.string().optional().describe('The `etag` of an answer that the client already has.'),
});

/** Headers of a route that can also answer in CSV. */
export const readHeaders = z.object({
  ...customerHeader.shape,
  ...conditionalHeader.shape,
});

/** Headers of a batch. */
export const batchHeaders = z.object({
  ...customerHeader.shape,
  'idempotency-key': z
    .string()
    .optional()
    .describe(
      '1–255 printable ASCII characters; `"k"` and `k` are one key. Without a key, equal bodies of a customer are one batch.',
    ),
  'x-source': z
    .string()
    .optional()
    .describe(
      '1–255 visible ASCII characters: the machine or log that sends this batch. Equal bodies of two sources are two batches. Ignored if there is an idempotency key.',
    ),
  'x-invalid-entries': z
    .enum(invalidEntries)
    .optional()
    .describe('As the parameter `invalid`, which wins; for senders that can only set headers.'),
  'content-encoding': z
    .enum(['identity', 'gzip', 'deflate', 'br'])
    .optional()
    .describe('Compression of the body; the size limit applies to the decompressed bytes.'),
});

/** Headers of a batch in the protocol of another program. */
export const protocolHeaders = z.object({
  ...customerHeader.shape,
  'x-source': batchHeaders.shape['x-source'],
  'x-invalid-entries': batchHeaders.shape['x-invalid-entries'],
  'content-encoding': batchHeaders.shape['content-encoding'],
});

/** Headers of a request of Amazon Data Firehose. */
export const firehoseHeaders = z.object({
  ...protocolHeaders.shape,
  'x-amz-firehose-request-id': z
    .string()
    .describe('The id of the delivery, which is the idempotency key of the batch.'),
});

/** Parameters of a batch; others are ignored, because senders add some of their own. */
export const batchParameters = z.object({
  duplicate: z
    .enum(['202', '409'])
    .optional()
    .describe(
      'Status for an idempotency key that arrives again with the same body; `DUPLICATE_STATUS` sets the default.',
    ),
  invalid: z
    .enum(invalidEntries)
    .optional()
    .describe(
      'Treatment of invalid entries. `reject`: one refuses the batch. `set-aside`: the valid ones are counted, and the others are kept with the batch and reported. The default is `set-aside` for `text/plain`, and otherwise `reject` or what `INVALID_ENTRIES` sets.',
    ),
  format: z
    .enum(formatNames)
    .optional()
    .describe(
      'With `text/plain`: the format of the lines; without it, each line is in the one that fits it. With `application/gzip` or `application/octet-stream` it says that the bytes are a text.',
    ),
});

/** Parameters of a batch in the protocol of another program. */
export const protocolParameters = z.object({
  invalid: z
    .enum(invalidEntries)
    .optional()
    .describe('Treatment of invalid entries, as for `POST /logs`; the default is `set-aside`.'),
});
