import { describe, expect, it } from 'vitest';
import { repairJson } from '../../../../lib/domain/log-formats/almost-json.ts';
import { readOne } from '../read-log.ts';

const at = '2026-03-04T05:06:07Z';

describe('what is almost JSON', () => {
  it.each([
    [String.raw`{"t":"a \x22q\x22 \xC3\xA3"}`, { t: 'a "q" ã' }],
    [String.raw`{"t":"a\\x22","u":"\\"}`, { t: String.raw`a\x22`, u: '\\' }],
    ['{"a":,"b":-,"c":}', { a: null, b: null, c: null }],
    ['{"a": -, "b":-1,"c":": ,"}', { a: null, b: -1, c: ': ,' }],
    ['{"a":000,"b":0.1, 0.2,"c":1,}', { a: '000', b: '0.1, 0.2', c: 1 }],
    ['{"a":{"b":-},"c":[1,2],"d":true }', { a: { b: null }, c: [1, 2], d: true }],
    ['{"a":"x\ty"}', { a: 'x\ty' }],
    [String.raw`{"a":"\q"}`, { a: String.raw`\q` }],
    ['{"a":"x "y" z","b":""}', { a: 'x "y" z', b: '' }],
  ])('%s is repaired', (text, value) => {
    expect(JSON.parse(repairJson(text))).toEqual(value);
  });

  it('is read', () => {
    const nginx = String.raw`{"time_iso8601":"${at}","request":"GET /x HTTP/1.1","status":200,"upstream":-,"rt":,"http_user_agent":"say \x22hi\x22"}`;
    expect(readOne(nginx)).toMatchObject({ path: '/x', status: 200, userAgent: 'say "hi"' });
  });
});
