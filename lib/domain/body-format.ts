import type { FormatName } from './log-formats/log-reader.ts';
import type { MediaType } from './media-type.ts';
import { arrayEntries, lineEntries } from './parse-batch/json-entries.ts';
import { textEntries } from './parse-batch/text-entries.ts';
import { readBulk } from './protocols/elasticsearch/read-bulk.ts';
import { readPushJson } from './protocols/loki/read-push-json.ts';
import { readPushProtobuf } from './protocols/loki/read-push-protobuf.ts';
import { readEvents } from './protocols/splunk/read-events.ts';
import { otlpJsonEntries, otlpProtobufEntries } from './protocols/otlp/otlp-entries.ts';
import type { Pause, ReadEntry } from './read-entry.ts';

/** The form of a body, as the header of its batch names it: enough to read the body again in the same way. */
export interface BodyFormat {
  readonly mediaType: MediaType;
  /**
   * The format of the lines of a text, if the sender named one; otherwise each line is read in the format that fits it.
   */
  readonly logFormat?: FormatName | undefined;
}

/**
 * A reader of bodies that takes time proportional to their length. The position of an entry in its output is the index
 * of the entry, which must not depend on any rules that may change; `undefined` stands for a part that is not an entry
 * but has an index.
 * @throws InvalidRequest  the body as a whole cannot be read
 */
export type BodyReader = (
  body: Buffer,
  logFormat: FormatName | undefined,
) => Iterable<ReadEntry | Pause | undefined>;

const readers: Readonly<Record<MediaType, BodyReader>> = {
  'application/json': arrayEntries,
  'application/x-ndjson': lineEntries,
  'text/plain': textEntries,
  'elasticsearch+bulk': readBulk,
  'loki+json': readPushJson,
  'loki+protobuf': readPushProtobuf,
  'splunk+events': readEvents,
  'otlp+protobuf': otlpProtobufEntries,
  'otlp+json': otlpJsonEntries,
};

/** Reads the entries of a decompressed body. */
export function readBody(
  body: Buffer,
  { mediaType, logFormat }: BodyFormat,
): Iterable<ReadEntry | Pause | undefined> {
  return readers[mediaType](body, logFormat);
}
