import type { FieldSearch } from '../field-aliases/find-fields.ts';
import type { LineFormat, LineReadingOptions } from './line-format.ts';
import { mayBeRequest, requestOfFields } from './request-of-fields.ts';

const pair = /([A-Za-z_@][\w.@/-]*)=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*))(?=[\s,]|$)/y;
const separators = /[\s,]*/y;
const word = /\S+/y;
const maxWords = 128;

/**
 * Reads lines of `name=value`, as the router of Heroku, Go programs and others write them: `method=GET path="/a" status=200`.
 * What precedes the first pair does not matter.
 */
export function logfmtFormat(
  search: FieldSearch,
  options: LineReadingOptions,
  otherwiseAt: () => string | undefined,
): LineFormat {
  return {
    name: 'logfmt',
    read(line) {
      const fields = fieldsOf(line);
      if (fields === undefined) return undefined;
      // Heroku's router: two durations, which add up.
      if (fields['service'] !== undefined) fields['durationMs'] ??= fields['service'];
      const found = search.find(fields);
      if (found.method === undefined || !mayBeRequest(found)) return undefined;
      return requestOfFields({ found, otherwiseAt: otherwiseAt() }, options);
    },
  };
}

function fieldsOf(line: string): Record<string, string> | undefined {
  if (!line.includes('=')) return undefined;
  const fields: Record<string, string> = Object.create(null) as Record<string, string>;
  let count = 0;
  for (let at = 0, words = 0; at < line.length && words < maxWords; words++) {
    at = skip(separators, line, at);
    pair.lastIndex = at;
    const match = pair.exec(line);
    if (match === null) {
      at = skip(word, line, at);
      continue;
    }
    const [all, name = '', quoted, plain = ''] = match;
    at += all.length;
    count += 1;
    fields[name] ??= quoted?.replaceAll(/\\(.)/g, '$1') ?? plain;
  }
  return count < 3 ? undefined : fields;
}

function skip(pattern: RegExp, line: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(line) ? Math.max(pattern.lastIndex, at + (pattern === word ? 1 : 0)) : at;
}
