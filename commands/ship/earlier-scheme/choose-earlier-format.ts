import type { AliasedField } from '../../../lib/domain/field-aliases.ts';
import type { FormatName } from '../../../lib/domain/log-formats/log-reader.ts';
import { detectFormat } from './formats/detect-format.ts';
import { jsonFields, type JsonField } from './formats/json-fields.ts';
import { createFormat, formatNames } from './formats/known-formats.ts';
import type { EarlierScheme } from './cut-earlier-log.ts';

/** The options that decided how the earlier scheme read lines. */
export interface EarlierReading {
  readonly format: FormatName | undefined;
  readonly fieldNames: ReadonlyMap<AliasedField, string>;
  readonly isQueryKept: boolean;
}

/** Returns the choice of a format that the earlier scheme would make with these options. */
export function earlierChoice({
  format,
  fieldNames,
  isQueryKept,
}: EarlierReading): EarlierScheme['chooseFormat'] {
  const named = [...fieldNames].flatMap(([field, name]) =>
    isJsonField(field) ? [[field, name] as const] : [],
  );
  const create = (name: (typeof formatNames)[number]) =>
    createFormat(name, { isQueryKept, fieldNames: new Map(named) });
  const chosen = formatNames.find((name) => name === format);
  return (firstLines) =>
    chosen === undefined ? detectFormat(firstLines, formatNames.map(create)) : create(chosen);
}

function isJsonField(field: AliasedField): field is JsonField {
  return Object.hasOwn(jsonFields, field);
}
