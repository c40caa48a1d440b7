import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fieldAliases } from '../../../../lib/domain/field-aliases.ts';
import { readLog, readOne } from '../read-log.ts';

const at = '2026-03-04T05:06:07Z';
const epoch = 1_772_600_767;

describe('the names of fields', () => {
  it('can be given', () => {
    const fieldNames = new Map([
      ['path', 'req.target'],
      ['receivedAt', 'when'],
    ] as const);
    const fields = { when: epoch, method: 'GET', path: '/not-this', req: { target: '/x' } };
    expect(readOne(JSON.stringify(fields), { fieldNames })).toMatchObject({ path: '/x' });
    expect(readOne(JSON.stringify({ ...fields, req: {} }), { fieldNames })).toBe('unknown');
  });

  it('are in the documentation', () => {
    const page = readFileSync(new URL('../../../../docs/reference/formats.md', import.meta.url), 'utf8');
    const [, table = ''] = page.split('| field | names |');
    const rows = table.split('\n').filter((row) => /^\| `\w+` \| `/.test(row));
    expect(rows).toEqual(
      Object.entries(fieldAliases).map(
        ([field, names]) => `| \`${field}\` | ${names.map((name) => `\`${name}\``).join(', ')} |`,
      ),
    );
  });

  it('of a hostile log cost no memory', () => {
    const lines = Array.from(
      { length: 12_000 },
      (_, count) => `{"k${count}":{"l${count}":1},"time":"${at}","method":"GET","path":"/x"}`,
    );
    expect(readLog(lines).every((entry) => typeof entry === 'object')).toBe(true);
  });
});
