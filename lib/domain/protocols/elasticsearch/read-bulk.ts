import { maxRecordBytes } from '../../batch-limits.ts';
import type { ReadEntry } from '../../read-entry.ts';
import { createLoggedEntries, rejected, tooLong } from '../logged-entries.ts';
import { TextWindow } from '../../parse-batch/text-window.ts';
import { bulkItems, type BulkAction } from './bulk-items.ts';

const noDocument = rejected('is not a document with a request of an access log');
const notSupported: Readonly<Partial<Record<BulkAction, ReadEntry>>> = {
  update: rejected('is an update, and entries are never changed; use create or index'),
  delete: rejected('is a deletion, and entries are never deleted one by one'),
};

/**
 * Reads the entries of an Elasticsearch bulk request, one for each item. A document is an object, or an access-log line.
 * @throws InvalidRequest  the body is not a bulk request
 */
export function* readBulk(body: Buffer): Generator<ReadEntry, void, undefined> {
  const logged = createLoggedEntries();
  const text = new TextWindow(body);
  for (const { action, start, end } of bulkItems(body)) {
    const refusal = notSupported[action];
    if (refusal !== undefined) yield refusal;
    else if (end - start > maxRecordBytes) yield tooLong;
    else yield logged.line(text.between(start, end)) ?? noDocument;
  }
}
