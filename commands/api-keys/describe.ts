import type { ApiKeyChange } from '../../lib/domain/api-key-change.ts';
import type { NamedRecord } from './key-parameters.ts';

/** The characters of its hash that name a key of the old form, which has no id of its own. */
const oldIdLength = 12;

/** Returns the name of a key: its id, or the start of its hash. */
export function idOf({ name }: Pick<NamedRecord, 'name'>): string {
  return name.length > oldIdLength * 2 ? name.slice(0, oldIdLength) : name;
}

/** Reports whether a key is of the old form, without an id and a MAC: the hash of the key names its record. */
export function isOldForm({ name, record }: NamedRecord): boolean {
  return name === record.hash;
}

/** Describes a record in words, for lists and for the audit log. Nobody could make a key from the description. */
export function describeRecord(named: NamedRecord): Readonly<Record<string, string>> {
  const { customerId, scopes, label, createdAt, expiresAt, secretId } = named.record;
  return {
    id: idOf(named),
    customerId,
    scopes: scopes.join(' '),
    ...(label === undefined ? {} : { label }),
    ...(createdAt === undefined ? {} : { createdAt: createdAt.toISOString() }),
    ...(expiresAt === undefined ? {} : { expiresAt: expiresAt.toISOString() }),
    ...(secretId === undefined ? {} : { secret: secretId }),
    ...(isOldForm(named) ? { form: 'old' } : {}),
  };
}

/** Describes a change in words, with its last known step. */
export function describeChange({ at, by, action, what, step, changeId }: ApiKeyChange) {
  return { at: at.toISOString(), action, what, by, step, changeId };
}

/** Formats rows in columns. Labels have no control characters, so a terminal cannot take any text here for a command. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((text, column) => Math.max(widest[column] ?? 0, text.length)),
    [],
  );
  const line = (row: readonly string[]) => row.map((text, column) => text.padEnd(widths[column] ?? 0));
  return rows.map((row) => line(row).join('  ').trimEnd()).join('\n');
}
