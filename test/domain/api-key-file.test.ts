import { describe, expect, it } from 'vitest';
import { formatApiKeyFile, parseApiKeyFile } from '../../lib/domain/api-key-file.ts';
import type { ApiKeyRecord } from '../../lib/domain/api-key-record.ts';
import { parseCustomerId } from '../../lib/domain/customer-id.ts';
import { NewerFormat, UnreadableFormat } from '../../lib/errors.ts';

const customerId = parseCustomerId('cus-axon');
if (customerId === undefined) throw new Error('This is a customer id.');
const record: ApiKeyRecord = {
  customerId,
  scopes: ['ingest', 'operate'],
  hash: 'ab'.repeat(32),
  label: 'edge',
  createdAt: new Date('2026-01-01T00:00:00Z'),
  expiresAt: undefined,
  secretId: undefined,
};
const one = '0123456789abcdef';
const two = 'fedcba9876543210';

describe('a file of API keys', () => {
  it('has a record a line, and gives back what was written', () => {
    const records = new Map([
      [one, record],
      [two, { ...record, label: undefined }],
    ]);
    const text = formatApiKeyFile(records);
    expect(text.trimEnd().split('\n')).toHaveLength(2);
    expect(parseApiKeyFile(text)).toEqual(records);
  });

  it('may be an array, and have comments and empty lines', () => {
    const records = new Map([[one, record]]);
    const line = formatApiKeyFile(records);
    expect(parseApiKeyFile(`[${line}]`)).toEqual(records);
    expect(parseApiKeyFile(`# edge\r\n\n  ${line}\n`)).toEqual(records);
    expect(parseApiKeyFile('\n').size).toBe(0);
  });

  // A file that another version wrote.
  it('of version 1 is read', () => {
    const text = `{"id":"${one}","formatVersion":1,"customerId":"cus-axon","scopes":["ingest","operate"],"hash":"${'ab'.repeat(32)}","label":"edge","createdAt":"2026-01-01T00:00:00.000Z"}`;
    expect(parseApiKeyFile(text)).toEqual(new Map([[one, record]]));
  });

  it.each([
    ['no JSON', 'lap_0123', 'Line 1'],
    ['no id', '{"formatVersion":1}', 'Line 1'],
    ['the id of another line', `\n${formatApiKeyFile(new Map([[one, record]])).repeat(2)}`, 'Line 3'],
    ['no JSON in its array', '[{]', 'not valid JSON'],
    ['no array of records', '[1]', 'Record 1'],
    ['no hash', `{"id":"${one}","formatVersion":1,"customerId":"c","scopes":[]}`, 'hash'],
  ])('is refused with %s, and the message says where', (_what, text, where) => {
    expect(() => parseApiKeyFile(text)).toThrow(UnreadableFormat);
    expect(() => parseApiKeyFile(text)).toThrow(where);
  });

  it('of a newer version is refused as such', () => {
    const text = `{"id":"${one}","formatVersion":2}`;
    expect(() => parseApiKeyFile(text)).toThrow(NewerFormat);
  });
});
