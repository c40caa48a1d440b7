import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEvents } from '../../../lib/domain/protocols/splunk/read-events.ts';
import { InvalidRequest } from '../../../lib/errors.ts';
import { combinedLine, described, describeAll, entryObject } from './described.ts';

const read = (...events: readonly unknown[]): string[] =>
  describeAll(readEvents(Buffer.from(events.map((event) => JSON.stringify(event)).join(''))));

const time = Date.parse('2025-12-28T18:03:07.5Z') / 1_000;

describe('readEvents', () => {
  it.each(['', ' ', '\n', '\r\n\t'])(
    'reads objects one after the other, with %j between them',
    (separator) => {
      const event = JSON.stringify({ event: combinedLine });

      expect(describeAll(readEvents(Buffer.from([event, event, event].join(separator) + separator)))).toEqual(
        [described, described, described],
      );
    },
  );

  it.each<[string, object]>([
    ['a line', { event: combinedLine, sourcetype: 'access_combined', host: 'web-1' }],
    ['an entry', { event: entryObject, time }],
    ['an entry as text', { event: JSON.stringify(entryObject) }],
    [
      'an object with a line in it (Docker)',
      { event: { line: combinedLine, source: 'stdout', tag: 'a1b2' } },
    ],
    ['an object with a line in it (fluent-bit)', { time, event: { log: combinedLine } }],
    [
      'an object that fluent-bit has parsed, with the time beside it',
      { time, event: { method: 'GET', path: '/x?a=1', status: '200', agent: 'curl/8.0' } },
    ],
    [
      'an object with its time as a text',
      { time: String(time), event: { method: 'GET', path: '/x?a=1', status: '200', agent: 'curl/8.0' } },
    ],
    [
      'fields beside a line without a request (OTel Collector)',
      {
        time,
        event: 'request done',
        fields: {
          'http.request.method': 'GET',
          'url.path': '/x',
          'url.query': 'a=1',
          'http.response.status_code': '200',
          'user_agent.original': 'curl/8.0',
        },
      },
    ],
  ])('reads %s', (_name, event) => {
    expect(read(event)).toEqual([described]);
  });

  it('takes the time in the line before the time beside it', () => {
    expect(read({ time: time + 3_600, event: combinedLine })).toEqual([described]);
  });

  it('rejects events that are not requests by themselves', () => {
    expect(
      read(
        { event: combinedLine },
        {},
        { event: null },
        { event: ' ' },
        { event: 7 },
        { event: [1] },
        { event: 'x' },
        {
          event: { level: 'info' },
        },
        { event: combinedLine },
      ),
    ).toEqual([
      described,
      'rejected: event is required',
      'rejected: event is required',
      'rejected: event must not be blank',
      'rejected: event must be a text or an object',
      'rejected: event must be a text or an object',
      expect.stringMatching(/^rejected/),
      expect.stringMatching(/^rejected/),
      described,
    ]);
  });

  it('never looks at an event that is larger than any', () => {
    expect(read({ event: 'x'.repeat(300_000) }, { event: combinedLine })).toEqual([
      expect.stringMatching(/longer than/),
      described,
    ]);
  });

  it.each([
    ['{"event":"a"} x', 1],
    ['{"event":"a"}[{"event":"a"}]', 1],
    ['{"event":"a"', 0],
    ['"a"', 0],
    ['{"event":"a"}{"event":"a"},{"event":"a"}', 2],
    ['{"event":\'a\'}', 0],
  ])('refuses %s, and says that event %i is not JSON', (body, index) => {
    let problems: InvalidRequest['problems'] = [];
    expect(() => {
      try {
        describeAll(readEvents(Buffer.from(body)));
      } catch (error) {
        if (error instanceof InvalidRequest) ({ problems } = error);
        throw error;
      }
    }).toThrow(InvalidRequest);
    expect(problems).toEqual([{ index, reason: 'is not a JSON object' }]);
  });

  it('reads as many events as were sent, whatever they are', () => {
    const event = fc.dictionary(fc.constantFrom('event', 'time', 'fields', 'host'), fc.jsonValue(), {
      maxKeys: 4,
    });
    fc.assert(
      fc.property(fc.array(event), (events) => {
        expect(read(...events)).toHaveLength(events.length);
      }),
    );
  });
});
