/** The largest batch that a pipeline can be set up to take, decompressed, in bytes. */
export const largestBatchBytes = 16_777_216;

/** The most entries of a batch, rejected ones included. */
export const maxEntriesPerBatch = 200_000;
