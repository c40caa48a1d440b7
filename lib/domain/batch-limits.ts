/** Maximum size of a decompressed batch that a pipeline can be configured to take, in bytes. */
export const largestBatchBytes = 16_777_216;

/** Maximum number of entries of a batch, including rejected ones. */
export const maxEntriesPerBatch = 200_000;
/** Larger than any line that can be an entry with its facts, in any envelope; a longer record of another program is not read. */
export const maxRecordBytes = 256 * 1_024;
/** Lines of an access log that are read before others have a turn: a line takes 2 ms at most. */
export const linesInStep = 32;
