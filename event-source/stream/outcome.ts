import * as z from 'zod';

/** The outcome of an invocation for its batch. */
export type Outcome =
  | { readonly kind: 'done' }
  /** The first `done` records are done; the next one, and all that follow, are not. */
  | { readonly kind: 'partly done'; readonly done: number; readonly cause: unknown }
  /** It is not known that any record is done, nor which one is to blame. */
  | { readonly kind: 'failed'; readonly cause: unknown };

export type FailedOutcome = Exclude<Outcome, { readonly kind: 'done' }>;

const batchResponse = z
  .object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string().min(1) })).nullish() })
  .nullish();

/**
 * Reads what a function that reports its failures (`ReportBatchItemFailures`) says about a batch: delivery continues
 * at the lowest sequence number that it names; everything is done if it names none, and nothing if the answer or an
 * identifier is not valid. https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
 */
export function reportedOutcome(response: unknown, sequenceNumbers: readonly string[]): Outcome {
  const parsed = batchResponse.safeParse(response);
  if (!parsed.success)
    return failed(`The function's answer is not a batch response: ${z.prettifyError(parsed.error)}`);
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
