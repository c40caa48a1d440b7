import { maxRecordBytes } from '../../batch-limits.ts';
import type { ReadEntry } from '../../read-entry.ts';
import { tooLong } from '../logged-entries.ts';
import { ProtobufReader } from '../protobuf.ts';
import { parseLabels } from './parse-labels.ts';
import {
  createPushedEntries,
  firstLabels,
  instantOfMilliseconds,
  type Labels,
  type PushedEntries,
} from './pushed-entries.ts';

/** Field numbers of `logproto.PushRequest`, from pkg/push/push.proto of Loki. */
const pushRequest = { streams: 1 } as const;
const stream = { labels: 1, entries: 2 } as const;
const entry = { timestamp: 1, line: 2, structuredMetadata: 3 } as const;
const timestamp = { seconds: 1, nanos: 2 } as const;
const labelPair = { name: 1, value: 2 } as const;

const noLabels: Labels = {};

/**
 * Reads the entries of a push request in protobuf.
 * @throws InvalidRequest  the body is not such a message
 */
export function* readPushProtobuf(body: Buffer): Generator<ReadEntry, void, undefined> {
  const entries = createPushedEntries();
  const request = new ProtobufReader(body);
  for (let field = request.next(); field !== 0; field = request.next()) {
    if (field === pushRequest.streams) yield* readStream(request.message(), entries);
    else request.skip();
  }
}

function* readStream(message: ProtobufReader, entries: PushedEntries): Generator<ReadEntry, void, undefined> {
  let labels = noLabels;
  for (let field = message.next(); field !== 0; field = message.next()) {
    if (field === stream.labels) labels = firstLabels(parseLabels(message.text()));
    else if (field === stream.entries) yield readEntry(message.message(), labels, entries);
    else message.skip();
  }
}

function readEntry(message: ProtobufReader, labels: Labels, entries: PushedEntries): ReadEntry {
  if (message.length > maxRecordBytes) return tooLong;
  let at: string | undefined;
  let line = '';
  let metadata: Record<string, string> | undefined;
  for (let field = message.next(); field !== 0; field = message.next()) {
    if (field === entry.timestamp) {
      at = readTimestamp(message.message());
    } else if (field === entry.line) {
      line = message.text();
    } else if (field === entry.structuredMetadata) {
      metadata ??= {};
      readLabelPair(message.message(), metadata);
    } else {
      message.skip();
    }
  }
  return entries.read({ at, line, metadata: metadata ?? noLabels }, labels);
}

/** A default timestamp is not an instant at which anything was requested. */
function readTimestamp(message: ProtobufReader): string | undefined {
  let seconds = 0;
  let nanos = 0;
  for (let field = message.next(); field !== 0; field = message.next()) {
    if (field === timestamp.seconds) seconds = message.number();
    else if (field === timestamp.nanos) nanos = message.number();
    else message.skip();
  }
  return seconds === 0 ? undefined : instantOfMilliseconds(seconds * 1_000 + Math.floor(nanos / 1e6));
}

function readLabelPair(message: ProtobufReader, labels: Record<string, string>): void {
  let name = '';
  let value = '';
  for (let field = message.next(); field !== 0; field = message.next()) {
    if (field === labelPair.name) name = message.text();
    else if (field === labelPair.value) value = message.text();
    else message.skip();
  }
  if (name !== '__proto__') labels[name] = value;
}
