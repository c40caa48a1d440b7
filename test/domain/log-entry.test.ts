import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logEntrySchema, parseLogEntry, problemsOf } from '../../lib/domain/log-entry.ts';

const valid = { receivedAt: '2025-12-28T18:03:07Z', method: 'GET', path: '/', userAgent: 'curl/8.0' };

describe('parseLogEntry', () => {
  it('trims, and writes the method in upper case', () => {
    const entry = parseLogEntry({ ...valid, method: ' get ', path: ' /a?b=c ', userAgent: ' x ' });
    expect(entry).toEqual({
      minute: 29_449_083,
      method: 'GET',
      path: '/a?b=c',
      userAgent: 'x',
      status: undefined,
    });
  });

  it.each([[200], ['200'], [599]])('takes %j for a status', (status) => {
    expect(parseLogEntry({ ...valid, status })?.status).toBe(Number(status));
  });

  it('ignores fields that it does not know', () => {
    expect(parseLogEntry({ ...valid, host: 'web-1' })).toBeDefined();
  });

  it('accepts the longest method, path and agent, and nothing longer', () => {
    expect(parseLogEntry({ ...valid, method: 'M'.repeat(32) })).toBeDefined();
    expect(parseLogEntry({ ...valid, method: 'M'.repeat(33) })).toBeUndefined();
    expect(parseLogEntry({ ...valid, path: 'p'.repeat(2_048) })).toBeDefined();
    expect(parseLogEntry({ ...valid, path: 'p'.repeat(2_049) })).toBeUndefined();
    expect(parseLogEntry({ ...valid, userAgent: 'u'.repeat(1_024) })).toBeDefined();
    expect(parseLogEntry({ ...valid, userAgent: 'u'.repeat(1_025) })).toBeUndefined();
  });
});

describe('problemsOf', () => {
  it.each([
    [{ ...valid, receivedAt: 'yesterday' }, 'receivedAt', /RFC 3339/],
    [{ ...valid, method: 'G E T' }, 'method', /HTTP token/],
    [{ ...valid, path: '  ' }, 'path', /must not be empty/],
    [{ ...valid, userAgent: 7 }, 'userAgent', /must be a string/],
    [{ ...valid, status: 99 }, 'status', /100–599/],
    [{ ...valid, status: ' 200' }, 'status', /100–599/],
    [{ ...valid, status: null }, 'status', /100–599/],
    [{ ...valid, path: undefined }, 'path', /must be a string/],
    [{ ...valid, path: [] }, 'path', /must be a string/],
    [{ ...valid, method: ' ' }, 'method', /must not be empty/],
    [{ ...valid, path: '😀'.repeat(1_025) }, 'path', /at most 2048 characters/],
    [{ ...valid, userAgent: '😀'.repeat(513) }, 'userAgent', /at most 1024 characters/],
  ])('names the field and the reason of %j', (value, field, reason) => {
    expect(problemsOf(value)).toEqual([{ field, reason: expect.stringMatching(reason) as string }]);
  });

  it('says that a missing field is required', () => {
    const { path: _, ...withoutPath } = valid;
    expect(problemsOf(withoutPath)).toEqual([{ field: 'path', reason: 'is required' }]);
  });

  it.each([null, 'text', 7, [], [valid], true])('says of %j that it is no object', (value) => {
    const [problem] = problemsOf(value);
    expect(problem?.reason).toMatch(/object|is required/);
  });
});

describe('the parser and the schema', () => {
  it('say the same of every value', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom(
        'GET',
        ' post ',
        '',
        ' ',
        '/x',
        '-',
        '\u00a0',
        '\ufeff/',
        '2025-12-28T18:03:07Z',
        '2025-02-30T00:00:00Z',
      ),
      fc.constantFrom(31, 32, 33, 1_024, 1_025, 2_048, 2_049).map((length) => 'a'.repeat(length)),
      fc.constantFrom(512, 513, 1_024, 1_025).map((length) => '😀'.repeat(length)),
    );
    const instants = fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
    const statuses = fc.oneof(
      fc.integer({ min: 90, max: 610 }),
      fc.double(),
      fc.integer().map(String),
      fc.constantFrom('404', '0404', '4e2'),
    );
    const anything = fc.oneof(texts, statuses, fc.jsonValue());
    const values = fc.oneof(
      fc.record(
        {
          receivedAt: fc.oneof({ weight: 5, arbitrary: instants }, anything),
          method: fc.oneof({ weight: 5, arbitrary: fc.constantFrom('GET', 'post', 'M-SEARCH') }, anything),
          path: fc.oneof({ weight: 5, arbitrary: fc.webPath().map((path) => `/${path}`) }, anything),
          userAgent: fc.oneof({ weight: 5, arbitrary: texts }, anything),
          status: fc.oneof(statuses, anything),
        },
        { requiredKeys: ['receivedAt', 'method', 'path'] },
      ),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(values, (value) => {
        const parsed = parseLogEntry(value);
        const schema = logEntrySchema.safeParse(value);
        expect(parsed !== undefined).toBe(schema.success);
        expect(problemsOf(value).length === 0).toBe(schema.success);
        if (parsed === undefined || schema.data === undefined) return;
        expect(parsed).toMatchObject({
          method: schema.data.method.toUpperCase(),
          path: schema.data.path,
          userAgent: schema.data.userAgent ?? '',
          status: schema.data.status === undefined ? undefined : Number(schema.data.status),
        });
      }),
      { numRuns: 3_000 },
    );
  });
});
