import { FieldSearch } from '../../field-aliases/find-fields.ts';
import type { LineContent } from '../../log-formats/line-format.ts';
import { createLogReader } from '../../log-formats/log-reader.ts';
import { mayBeRequest, requestOfFields } from '../../log-formats/request-of-fields.ts';
import { entryOfContent } from '../../parse-batch/entry-of-content.ts';
import type { ReadEntry, RejectedEntry } from '../../read-entry.ts';
import { requestOfAttributes } from './request-of-attributes.ts';
import type { OtlpFields, OtlpRecord, OtlpValue } from './otlp-record.ts';

/** Creates a reader of log records. It returns `undefined` for a record that only describes others. */
export function createRecordReader(): (record: OtlpRecord) => ReadEntry | undefined {
  const search = new FieldSearch();
  const lines = createLogReader();

  /** Reads the attributes of a request, whatever program named them. */
  function readAttributes(attributes: OtlpFields, otherwiseAt: string | undefined): LineContent {
    const found = search.find(attributes);
    return mayBeRequest(found) ? requestOfFields({ found, otherwiseAt }, {}) : undefined;
  }

  /** Reads a line; one that has no time of its own gets that of its record. */
  function readLine(line: string, fields: OtlpFields, otherwiseAt: string | undefined): LineContent {
    const content = lines.read(line);
    if (content.kind !== 'unknown' || otherwiseAt === undefined) return content;
    const dated = lines.read(JSON.stringify({ '@timestamp': otherwiseAt, ...fields }));
    return dated.kind === 'unknown' ? content : dated;
  }

  function readBody(body: OtlpValue, at: string | undefined): LineContent {
    if (typeof body === 'string') return readLine(body, parseFields(body) ?? { message: body }, at);
    return isFields(body) ? readLine(JSON.stringify(body), body, at) : undefined;
  }

  return ({ time, observedTime, attributes, body }) => {
    const at = instantOf(time ?? observedTime);
    const request = requestOfAttributes(attributes, at);
    if (request !== undefined) return entryOfContent({ kind: 'request', request });
    const own = readAttributes(attributes, at);
    const content = own?.kind === 'request' ? own : (readBody(body, at) ?? own);
    return content === undefined ? noRequest : entryOfContent(content);
  };
}

function isFields(value: OtlpValue): value is OtlpFields {
  return typeof value === 'object' && !Array.isArray(value);
}

/** Parses a line of JSON; returns `undefined` for any other. */
function parseFields(line: string): OtlpFields | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as OtlpFields;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function instantOf(milliseconds: number | undefined): string | undefined {
  return milliseconds === undefined ? undefined : new Date(milliseconds).toISOString();
}

const noRequest: RejectedEntry = {
  problems: [
    { reason: 'has neither the attributes of an HTTP request nor a line of an access log as its body' },
  ],
};
