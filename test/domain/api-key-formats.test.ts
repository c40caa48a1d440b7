import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeApiKeyChange, encodeApiKeyChange, keyOfChange } from '../../lib/domain/api-key-change.ts';
import {
  decodeApiKeyCopy,
  decodeApiKeyRecord,
  encodeApiKeyCopy,
  encodeApiKeyRecord,
} from '../../lib/domain/api-key-record.ts';
import {
  decodeInstallationSecrets,
  encodeInstallationSecrets,
} from '../../lib/domain/installation-secrets.ts';
import { UnreadableFormat } from '../../lib/errors.ts';
import { apiKeyRecord, installationSecret } from '../api-keys.ts';
import { instant } from '../factories.ts';

/** Reads a file that an earlier version stored, byte for byte; a file here is never changed. */
function fixture(name: string): string {
  return readFileSync(new URL(`../fixtures/formats/${name}`, import.meta.url), 'utf8').trimEnd();
}

const key = { form: 'sealed', text: 'lap_example', id: '1f0c5a7be2d94c33' } as const;
const record = apiKeyRecord(key, {
  scopes: ['read'],
  label: 'dashboard of the shop',
  expiresAt: instant('2026-12-31T00:00:00Z'),
});
const copy = { record, readAt: instant('2025-12-28T18:04:05.678Z') };
const secrets = [installationSecret(2), installationSecret(1)];
const change = {
  at: instant('2025-12-28T18:04:05.678Z'),
  changeId: '0a1b2c3d',
  step: 'done',
  by: 'arn:aws:iam::123456789012:user/somebody',
  action: 'revoke',
  what: { id: key.id, customerId: 'cus-axon' },
} as const;

describe.each([
  {
    name: 'api-key-record-1.json',
    value: record,
    encode: () => encodeApiKeyRecord(record),
    decode: (text: string) => decodeApiKeyRecord(key.id, text),
  },
  {
    name: 'api-key-copy-1.json',
    value: copy,
    encode: () => encodeApiKeyCopy(copy).toString(),
    decode: (text: string) => decodeApiKeyCopy(Buffer.from(text)),
  },
  {
    name: 'api-key-secrets-1.json',
    value: secrets,
    encode: () => encodeInstallationSecrets(secrets),
    decode: decodeInstallationSecrets,
  },
  {
    name: 'api-key-change-1.json',
    value: change,
    encode: () => encodeApiKeyChange(change).toString(),
    decode: (text: string) => decodeApiKeyChange(Buffer.from(text)),
  },
])('$name', ({ name, value, encode, decode }) => {
  it('is read as it was meant', () => {
    expect(decode(fixture(name))).toMatchObject(value);
  });

  it('is what this version writes', () => {
    expect(JSON.parse(encode())).toEqual(JSON.parse(fixture(name)));
  });

  it('stops with a message where a newer version wrote it, or where it is cut off', () => {
    const newer = fixture(name).replace('"formatVersion":1', '"formatVersion":2');
    expect(() => decode(newer)).toThrow(UnreadableFormat);
    expect(() => decode(newer)).toThrow('format version 2');
    expect(() => decode(fixture(name).slice(0, -1))).toThrow('damaged');
  });
});

it('reads the record of a key that the version before made, which is the customer alone', () => {
  const hash = '0123456789abcdef'.repeat(4);
  expect(decodeApiKeyRecord(hash, 'cus-axon')).toEqual({
    customerId: 'cus-axon',
    scopes: ['ingest', 'read'],
    hash,
    label: undefined,
    createdAt: undefined,
    expiresAt: undefined,
    secretId: undefined,
  });
  expect(() => decodeApiKeyRecord(hash, 'no customer')).toThrow(UnreadableFormat);
});

it('keeps changes in the order of time', () => {
  const keys = ['2025-12-28T18:04:05.678Z', '2025-12-28T18:04:05.679Z', '2026-01-01T00:00:00.000Z'].map(
    (at) => keyOfChange({ ...change, at: instant(at) }),
  );
  expect(keys).toEqual(keys.toSorted());
  expect(keys[0]).toBe('audit-log/api-keys/2025-12-28t18.04.05.678z-0a1b2c3d-done.json');
});
