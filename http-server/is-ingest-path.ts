/** Paths of the routes that take batches; a test compares them with the table of routes. */
const ingestPath = /^\/(?:logs|logpush|firehose|v1\/logs)\/?$/;

/** Reports whether the routes at a path take batches, so that the limits of batches hold for a body. */
export function isIngestPath(path: string): boolean {
  return ingestPath.test(path);
}
