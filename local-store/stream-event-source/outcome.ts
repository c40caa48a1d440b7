import * as z from 'zod';

/** How an invocation ended for its batch. */
export type Outcome =
  | { readonly kind: 'done' }
  /** The first `done` records are; the next one isn't, and with it all that follow. */
  | { readonly kind: 'partly done'; readonly done: number; readonly cause: unknown }
  /** Nothing is known to be done, nor which record is to blame. */
  | { readonly kind: 'failed'; readonly cause: unknown };

export type FailedOutcome = Exclude<Outcome, { readonly kind: 'done' }>;

const batchResponse = z
  .object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string().min(1) })).nullish() })
  .nullish();

/**
 * What a function that reports its failures (`ReportBatchItemFailures`) says about a batch: where to go on is the
 * lowest sequence number that it names, everything is done where it names none, and nothing where the answer or one of
 * the identifiers isn't understood.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
 */
export function reportedOutcome(response: unknown, sequenceNumbers: readonly string[]): Outcome {
  const parsed = batchResponse.safeParse(response);
  if (!parsed.success)
    return failed(`The function's answer is no batch response: ${z.prettifyError(parsed.error)}`);
  const reported = parsed.data?.batchItemFailures ?? [];
  if (reported.length === 0) return { kind: 'done' };
  const places = new Map(sequenceNumbers.map((sequenceNumber, place) => [sequenceNumber, place]));
  let done = sequenceNumbers.length;
  for (const { itemIdentifier } of reported) {
    const place = places.get(itemIdentifier);
    if (place === undefined)
      return failed(`The function reported "${itemIdentifier}", which it was not given.`);
    done = Math.min(done, place);
  }
  const cause = new Error(`The function reported record ${sequenceNumbers[done]} as failed.`);
  return { kind: 'partly done', done, cause };
}

function failed(reason: string): Outcome {
  return { kind: 'failed', cause: new Error(reason) };
}
