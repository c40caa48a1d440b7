import fc from 'fast-check';
import { expect, it } from 'vitest';
import { lineFields, transparentFields } from '../../../lib/domain/field-aliases.ts';
import { FieldSearch } from '../../../lib/domain/field-aliases/find-fields.ts';
import { knownFieldsOf } from '../../../lib/domain/field-aliases/known-fields.ts';
import { createLogReader } from '../../../lib/domain/log-formats/log-reader.ts';

const line = '192.0.2.7 - - [28/Dec/2025:18:03:07 +0000] "GET /of-line HTTP/1.1" 200 5';
const request = '"time":"2025-12-28T18:03:07Z","method":"GET","path":"/"';

it('leaves out fields that nobody knows', () => {
  expect(knownFieldsOf(`{"a":0,${request},"b":{"c":[1]},"http":{"d":0}}`)).toBe(`{${request},"http":{}}`);
});

it.each([
  ['a line within an object with an unknown name', `{"a":{"log":"x"}}`],
  ['the bytes of a line', '{"MESSAGE":[71,69,84]}'],
  ['the time of journald', '{"__REALTIME_TIMESTAMP":"1766945040000000"}'],
  ['a name with an escape', String.raw`{"p\u0061th":"/"}`],
  ['a name with the Kelvin sign', '{"time_ta\u212aen":1}'],
  ['half a character', String.raw`{"path":"\ud800"}`],
  ['a value that replaces another one of its name', '{"a":{"log":"x"},"a":0}'],
  ['the place of a value that another one replaced', '{"a":0,"b":{"log":"x"},"a":{"log":"y"}}'],
])('keeps %s', (_, text) => {
  expect(knownFieldsOf(text)).toBe(text);
});

it('keeps half a character that is not escaped', () => {
  expect(JSON.parse(knownFieldsOf('{"path":"\ud800"}') ?? '')).toEqual({ path: '\ud800' });
});

it.each(['{"a":tru,"path":"/"}', '{"path":"/"}x', '[{}]', '{"path":"/"', '\u00a0{}'])(
  'refuses %s',
  (text) => {
    expect(knownFieldsOf(text)).toBeUndefined();
  },
);

const names = fc.oneof(
  fc.constantFrom('time', 'METHOD', 'request_uri', 'http', 'request', 'headers', 'user_agent', 'original'),
  fc.constantFrom(
    ...lineFields,
    ...transparentFields,
    'name',
    'key',
    'value',
    '__proto__',
    '',
    'é',
    'a',
    'b',
    '0',
  ),
);
const { object } = fc.letrec<{ object: string; value: string }>((tie) => ({
  object: fc
    .array(fc.tuple(names, tie('value')), { maxLength: 6 })
    .map((fields) => `{${fields.map(([name, value]) => `${JSON.stringify(name)}: ${value}`).join(' ,')}}`),
  value: fc.oneof(
    { maxDepth: 5 },
    fc
      .oneof(fc.constantFrom(line, '/', 'GET', '2025-12-28T18:03:07Z', null, 1, true, [71, 69, 84]))
      .map((value) => JSON.stringify(value)),
    tie('object'),
    fc
      .array(
        fc.oneof(
          tie('object'),
          fc
            .tuple(names, tie('value'))
            .map(([name, value]) => `{"value":${value},"name":${JSON.stringify(name)}}`),
          fc
            .tuple(names, tie('value'))
            .map(([name, value]) => `{"key":${JSON.stringify(name)},"value":${value}}`),
          fc.tuple(names, tie('value')).map(([name, value]) => `[${JSON.stringify(name)} ,${value}]`),
          fc.constantFrom('[]', '["path"]', '[1,2]'),
        ),
        { maxLength: 3 },
      )
      .map((values) => `[${values.join()}]`),
  ),
}));

it('changes nothing of what is found or read', () => {
  const search = new FieldSearch();
  const lines = createLogReader();
  let requests = 0;
  const read = (text: string) => {
    const fields = JSON.parse(text) as Record<string, unknown>;
    return { found: search.find(fields), content: lines.readFields(fields) };
  };
  fc.assert(
    fc.property(object, (text) => {
      const whole = read(text);
      if (whole.content.kind === 'request') requests += 1;
      expect(read(knownFieldsOf(text) ?? '')).toEqual(whole);
    }),
    { numRuns: 1_000 },
  );
  expect(requests).toBeGreaterThan(10);
});
