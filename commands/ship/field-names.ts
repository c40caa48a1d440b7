import { fieldAliases, type AliasedField } from '../../lib/domain/field-aliases.ts';
import { BadArguments } from '../command-line.ts';

/**
 * Reads names of fields.
 * @param texts  pairs such as `path=request_uri`
 * @throws BadArguments
 */
export function parseFieldNames(texts: readonly string[]): Map<AliasedField, string> {
  return new Map(
    texts.map((text) => {
      const [, field = '', name = ''] = /^([^=]+)=(.+)$/.exec(text) ?? [];
      if (isAliasedField(field)) return [field, name];
      const known = Object.keys(fieldAliases).join(', ');
      throw new BadArguments(`--field is FIELD=NAME, with one of ${known} for FIELD, and is "${text}".`);
    }),
  );
}

function isAliasedField(text: string): text is AliasedField {
  return Object.hasOwn(fieldAliases, text);
}
