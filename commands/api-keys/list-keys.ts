import { print, type Io } from '../io.ts';
import { columns, describeRecord, idOf, isOldForm } from './describe.ts';
import type { KeyParameters, NamedRecord } from './key-parameters.ts';

/** Prints the keys of a stage, sorted by customer and age. */
export async function listKeys(parameters: KeyParameters, now: Date, isJson: boolean, io: Io): Promise<void> {
  const keys = [];
  for await (const key of parameters.list()) keys.push(key);
  printKeys(keys, now, isJson, io);
}

/** Prints keys, sorted by customer and age. */
export function printKeys(keys: NamedRecord[], now: Date, isJson: boolean, io: Io): void {
  keys.sort((a, b) => compare(sortKeyOf(a), sortKeyOf(b)));
  if (isJson) {
    for (const key of keys) print(io, JSON.stringify(describeRecord(key)));
    return;
  }
  if (keys.length === 0) {
    print(io, 'There are no keys.');
    return;
  }
  const rows = keys.map((key) => {
    const { customerId, scopes, label = '', createdAt, expiresAt, secretId } = key.record;
    return [
      idOf(key),
      customerId,
      scopes.join(' '),
      createdAt === undefined ? '' : dayOf(createdAt),
      expiresAt === undefined ? 'never' : expiresAt <= now ? 'expired' : expiresAt.toISOString(),
      secretId ?? (isOldForm(key) ? 'old form' : ''),
      label,
    ];
  });
  print(io, columns([['ID', 'CUSTOMER', 'SCOPES', 'CREATED', 'EXPIRES', 'SECRET', 'LABEL'], ...rows]));
}

function sortKeyOf({ name, record: { customerId, createdAt } }: NamedRecord): string {
  return `${customerId} ${createdAt?.toISOString() ?? ''} ${name}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function dayOf(instant: Date): string {
  return instant.toISOString().slice(0, 10);
}
