import * as z from 'zod';

/** The outcome of an invocation for its messages. */
export type Outcome =
  | { readonly kind: 'done' }
  /** All messages except these ids are done. */
  | { readonly kind: 'partly done'; readonly failed: ReadonlySet<string> }
  /** It is not known that any message is done. */
  | { readonly kind: 'failed'; readonly cause: unknown };

const batchResponse = z
  .object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string().min(1) })).nullish() })
  .nullish();

/**
 * Reads what a function that reports its failures (`ReportBatchItemFailures`) says about a batch: all messages except
 * those that it names are done, and none if the answer or an identifier is not valid.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function reportedOutcome(response: unknown, messageIds: ReadonlySet<string>): Outcome {
  const parsed = batchResponse.safeParse(response);
  if (!parsed.success)
    return failure(`The function's answer is not a batch response: ${z.prettifyError(parsed.error)}`);
  const failed = new Set((parsed.data?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier));
  for (const id of failed) {
    if (!messageIds.has(id)) return failure(`The function reported "${id}", which it was not given.`);
  }
  return failed.size === 0 ? { kind: 'done' } : { kind: 'partly done', failed };
}

function failure(reason: string): Outcome {
  return { kind: 'failed', cause: new Error(reason) };
}
