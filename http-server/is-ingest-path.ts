/** Paths of the routes that take batches; a test compares them with the table of routes. */
const ingestPath =
  /^\/(?:logs|logpush|firehose|v1\/logs|(?:[^/]+\/)?_bulk|loki\/api\/v1\/push|services\/collector(?:\/(?:event|raw)(?:\/1\.0)?)?)\/?$/;

/** Reports whether the routes at a path take batches, so that the limits of batches hold for a body. */
export function isIngestPath(path: string): boolean {
  return ingestPath.test(path);
}

/** Reports whether a path, with its query, is that of a bulk request of Elasticsearch. */
export function isBulkPath(pathWithQuery: string): boolean {
  return /\/_bulk\/?(?:\?|$)/.test(pathWithQuery);
}
