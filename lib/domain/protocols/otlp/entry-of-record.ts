import { FieldSearch } from '../../field-aliases/find-fields.ts';
import type { LineContent } from '../../log-formats/line-format.ts';
import { parseFields } from '../../log-formats/json.ts';
import { createLogReader } from '../../log-formats/log-reader.ts';
import { mayBeRequest, requestOfFields } from '../../log-formats/request-of-fields.ts';
import { entryOfContent } from '../../parse-batch/entry-of-content.ts';
import type { ReadEntry, RejectedEntry } from '../../read-entry.ts';
import { requestOfAttributes } from './request-of-attributes.ts';
import type { OtlpFields, OtlpRecord, OtlpValue } from './otlp-record.ts';

/** The request in a line that may have no time: only such a line gets the time of its record. */
const undatedRequest = /[A-Z]{3,10} \S{1,2048} HTTP\/\d|method=/;

/** Creates a reader of log records. It returns `undefined` for a record that only describes others. */
export function createRecordReader(): (record: OtlpRecord) => ReadEntry | undefined {
  const search = new FieldSearch();
  const lines = createLogReader();

  /** Reads the fields of a request, under the names of any program. */
  function readFields(fields: OtlpFields, otherwiseAt: string | undefined): LineContent {
    const found = search.find(fields);
    return mayBeRequest(found) ? requestOfFields({ found, otherwiseAt }, {}) : undefined;
  }

  /** Reads a line; a request without a time of its own gets that of its record. */
  function readLine(line: string, otherwiseAt: string | undefined): LineContent {
    // Only an object begins like this, and its values are as JSON has them, which the search expects.
    const fields = line.startsWith('{') ? (parseFields(line, search) as OtlpFields | undefined) : undefined;
    const own = fields && readFields(fields, otherwiseAt);
    return own ?? lines.read(line, undatedRequest.test(line) ? otherwiseAt : undefined);
  }

  function readBody(body: OtlpValue, at: string | undefined): LineContent {
    if (typeof body === 'string') return readLine(body, at);
    if (!isFields(body)) return undefined;
    return readFields(body, at) ?? lines.readFields(body);
  }

  return ({ time, observedTime, attributes, body }) => {
    const at = instantOf(time ?? observedTime);
    const request = requestOfAttributes(attributes, at);
    if (request !== undefined) return entryOfContent({ kind: 'request', request });
    const own = readFields(attributes, at);
    const content = own?.kind === 'request' ? own : (readBody(body, at) ?? own);
    return content === undefined ? noRequest : entryOfContent(content);
  };
}

function isFields(value: OtlpValue): value is OtlpFields {
  return typeof value === 'object' && !Array.isArray(value);
}

function instantOf(milliseconds: number | undefined): string | undefined {
  return milliseconds === undefined ? undefined : new Date(milliseconds).toISOString();
}

const noRequest: RejectedEntry = {
  problems: [
    { reason: 'has neither the attributes of an HTTP request nor a line of an access log as its body' },
  ],
};
