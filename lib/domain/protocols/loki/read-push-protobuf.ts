import { InvalidRequest } from '../../../errors.ts';
import type { ReadEntry } from '../../read-entry.ts';
import { maxLineBytes, tooLong } from '../logged-entries.ts';
import { NotProtobuf, WireReader, wireType } from '../otlp/wire-reader.ts';
import { parseLabels } from './parse-labels.ts';
import {
  createPushedEntries,
  firstLabels,
  instantOfMilliseconds,
  type Labels,
  type PushedEntries,
} from './pushed-entries.ts';

/** The tag of a field with a length, such as a text or a message. */
const withLength = (field: number): number => field * 8 + wireType.bytes;
const withNumber = (field: number): number => field * 8 + wireType.varint;

/** Tags of the fields of `logproto.PushRequest`, as pkg/push/push.proto of Loki has them. */
const pushRequest = { streams: withLength(1) } as const;
const stream = { labels: withLength(1), entries: withLength(2) } as const;
const entry = { timestamp: withLength(1), line: withLength(2), structuredMetadata: withLength(3) } as const;
const timestamp = { seconds: withNumber(1), nanos: withNumber(2) } as const;
const labelPair = { name: withLength(1), value: withLength(2) } as const;

const noLabels: Labels = {};

/**
 * Reads the entries of a push request in protobuf.
 * @throws InvalidRequest  the body is not such a message
 */
export function* readPushProtobuf(body: Buffer): Generator<ReadEntry, void, undefined> {
  try {
    yield* new PushReader(body).read();
  } catch (error) {
    if (!(error instanceof NotProtobuf)) throw error;
    throw new InvalidRequest('The body is not a push request of Loki in protobuf.', [], { cause: error });
  }
}

/** A reader of one body. */
class PushReader {
  readonly #wire: WireReader;
  readonly #end: number;
  readonly #entries: PushedEntries = createPushedEntries();

  constructor(body: Buffer) {
    this.#wire = new WireReader(body);
    this.#end = body.length;
  }

  *read(): Generator<ReadEntry, void, undefined> {
    for (const tag of this.#fields(this.#end)) {
      if (tag === pushRequest.streams) yield* this.#stream(this.#wire.end(this.#end));
      else this.#wire.skip(tag, this.#end);
    }
  }

  *#stream(end: number): Generator<ReadEntry, void, undefined> {
    let labels = noLabels;
    for (const tag of this.#fields(end)) {
      if (tag === stream.labels) labels = firstLabels(parseLabels(this.#text(end)));
      else if (tag === stream.entries) yield this.#entry(this.#wire.end(end), labels);
      else this.#wire.skip(tag, end);
    }
  }

  #entry(end: number, labels: Labels): ReadEntry {
    if (end - this.#wire.at > maxLineBytes) {
      this.#wire.at = end;
      return tooLong;
    }
    let at: string | undefined;
    let line = '';
    const metadata: Record<string, string> = {};
    for (const tag of this.#fields(end)) {
      if (tag === entry.timestamp) at = this.#timestamp(this.#wire.end(end));
      else if (tag === entry.line) line = this.#text(end);
      else if (tag === entry.structuredMetadata) this.#addLabelPair(this.#wire.end(end), metadata);
      else this.#wire.skip(tag, end);
    }
    return this.#entries.read({ at, line, metadata }, labels);
  }

  /** Returns `undefined` for the timestamp of a program that sets none: nothing was requested in 1970. */
  #timestamp(end: number): string | undefined {
    let seconds = 0;
    let nanos = 0;
    for (const tag of this.#fields(end)) {
      if (tag === timestamp.seconds) seconds = this.#wire.int64(end);
      else if (tag === timestamp.nanos) nanos = this.#wire.int64(end);
      else this.#wire.skip(tag, end);
    }
    return seconds === 0 ? undefined : instantOfMilliseconds(seconds * 1_000 + Math.floor(nanos / 1e6));
  }

  #addLabelPair(end: number, labels: Record<string, string>): void {
    let name = '';
    let value = '';
    for (const tag of this.#fields(end)) {
      if (tag === labelPair.name) name = this.#text(end);
      else if (tag === labelPair.value) value = this.#text(end);
      else this.#wire.skip(tag, end);
    }
    if (name !== '__proto__') labels[name] = value;
  }

  /** Visits the fields up to an end by their tags. The loop's body has to read or skip the value of each. */
  *#fields(end: number): Generator<number, void, undefined> {
    while (this.#wire.at < end) yield this.#wire.tag(end);
  }

  #text(end: number): string {
    return this.#wire.text(this.#wire.end(end));
  }
}
