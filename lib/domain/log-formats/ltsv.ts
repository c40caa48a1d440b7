import type { FieldSearch } from '../field-aliases/find-fields.ts';
import { isIpAddress } from './clf.ts';
import type { LineFormat, LineReadingOptions } from './line-format.ts';
import { mayBeRequest, requestOfFields } from './request-of-fields.ts';

const pair = /^[\w.-]{1,64}:/;
/** The labels that http://ltsv.org/ recommends, with the names that they have elsewhere. */
const namesOfLabels: Readonly<Partial<Record<string, string>>> = {
  req: 'request',
  reqtime: 'request_time',
  reqtime_microsec: 'duration_microseconds',
};
const minFields = 3;
const maxFields = 128;

/** Reads lines of LTSV: `name:value`, with a tab between two of them. */
export function ltsvFormat(
  search: FieldSearch,
  options: LineReadingOptions,
  otherwiseAt: () => string | undefined,
): LineFormat {
  return {
    name: 'ltsv',
    read(line) {
      const fields = line.includes('\t') ? fieldsOf(line) : undefined;
      const found = fields && search.findIn(fields);
      if (found === undefined || !mayBeRequest(found)) return undefined;
      return requestOfFields({ found, otherwiseAt: otherwiseAt() }, options);
    },
  };
}

/** Returns the fields of a line that has nothing else. */
function fieldsOf(line: string): Map<string, string> | undefined {
  const fields = new Map<string, string>();
  for (const text of line.split('\t', maxFields)) {
    if (!pair.test(text)) return undefined;
    const colon = text.indexOf(':');
    const label = text.slice(0, colon);
    const value = text.slice(colon + 1);
    // The recommended `host` is that of the client.
    const isClient = label === 'host' && isIpAddress(value);
    fields.set(isClient ? 'remote_addr' : (namesOfLabels[label] ?? label), value);
  }
  return fields.size < minFields ? undefined : fields;
}
