import * as z from 'zod';
import { UnreadableFormat } from '../errors.ts';
import { parseJson } from '../parse-json.ts';
import { decodeApiKeyRecord, encodeApiKeyRecord, type ApiKeyRecord } from './api-key-record.ts';

/** The records of API keys by the ids of the keys, in the order of the file. */
export type ApiKeyRecords = ReadonlyMap<string, ApiKeyRecord>;

const named = z.looseObject({ id: z.string().regex(/^[0-9a-f]{16}$/) });

/**
 * Reads the records of a file: a JSON document a line, or one JSON array of them. Empty lines, and lines that start with
 * `#`, mean nothing.
 * @throws UnreadableFormat  a record is damaged, or an id comes twice; the message has the number of the line
 * @throws NewerFormat       a newer version of this program wrote a record
 */
export function parseApiKeyFile(text: string): ApiKeyRecords {
  const records = new Map<string, ApiKeyRecord>();
  for (const [place, document] of documentsOf(text)) {
    const { data } = named.safeParse(parseJson(document));
    if (data === undefined) {
      throw new UnreadableFormat(
        `${place} is not the record of an API key, which has an "id" of 16 hex digits.`,
      );
    }
    if (records.has(data.id)) throw new UnreadableFormat(`${place} has the id ${data.id} of another record.`);
    records.set(data.id, decodeApiKeyRecord(data.id, document));
  }
  return records;
}

/** Writes records for `parseApiKeyFile`, one a line. */
export function formatApiKeyFile(records: ApiKeyRecords): string {
  const lines = [...records].map(([id, record]) => `{"id":"${id}",${encodeApiKeyRecord(record).slice(1)}\n`);
  return lines.join('');
}

/** Returns each document with its place for messages. */
function documentsOf(text: string): [place: string, document: string][] {
  if (text.trimStart().startsWith('[')) {
    const { data } = z.array(z.unknown()).safeParse(parseJson(text));
    if (data === undefined) throw new UnreadableFormat('The file of API keys is not valid JSON.');
    return data.map((each, index) => [`Record ${index + 1}`, JSON.stringify(each)]);
  }
  return text
    .split('\n')
    .map((line, index): [string, string] => [`Line ${index + 1}`, line.trim()])
    .filter(([, line]) => line !== '' && !line.startsWith('#'));
}
