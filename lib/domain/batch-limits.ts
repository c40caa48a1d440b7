/** Maximum size of a decompressed batch that a pipeline can be configured to take, in bytes. */
export const largestBatchBytes = 16_777_216;

/** Maximum number of entries of a batch, including rejected ones. */
export const maxEntriesPerBatch = 200_000;
