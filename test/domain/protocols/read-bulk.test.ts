import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bulkItems } from '../../../lib/domain/protocols/elasticsearch/bulk-items.ts';
import { readBulk } from '../../../lib/domain/protocols/elasticsearch/read-bulk.ts';
import { InvalidRequest } from '../../../lib/errors.ts';
import { combinedLine, described, describeAll, entryObject } from './described.ts';

const document = JSON.stringify(entryObject);
const create = '{"create":{"_index":"logs"}}';

const read = (...lines: readonly string[]): string[] => describeAll(readBulk(Buffer.from(lines.join('\n'))));

describe('readBulk', () => {
  it('reads a document of each way to create one, with or without index and id', () => {
    const actions = ['{"index":{}}', '{"index":{"_index":"a","_id":"1"}}', '{"create":{"_id":2}}', create];

    expect(read(...actions.flatMap((action) => [action, document]), '')).toEqual([
      described,
      described,
      described,
      described,
    ]);
  });

  it.each<[string, object]>([
    [
      'Filebeat',
      {
        '@timestamp': '2026-01-01T00:00:00.000Z',
        message: combinedLine,
        agent: { type: 'filebeat', name: 'web-1' },
        log: { file: { path: '/var/log/nginx/access.log' }, offset: 12 },
        host: { name: 'web-1' },
      },
    ],
    [
      'Logstash with ECS',
      {
        '@timestamp': '2025-12-28T18:03:07.000Z',
        http: { request: { method: 'GET' }, response: { status_code: 200 } },
        url: { original: '/x?a=1' },
        user_agent: { original: 'curl/8.0' },
        event: { original: combinedLine },
      },
    ],
    ['Logstash without ECS', { '@version': '1', host: 'web-1', message: combinedLine }],
    [
      'fluent-bit',
      {
        '@timestamp': '2025-12-28T18:03:07.000Z',
        method: 'GET',
        path: '/x?a=1',
        status: '200',
        agent: 'curl/8.0',
      },
    ],
    [
      'OTel Collector, mapped to ECS',
      { '@timestamp': '2026-01-01T00:00:00.000Z', message: combinedLine, agent: { name: 'otlp' } },
    ],
  ])('reads a document of %s', (_name, sent) => {
    expect(read(create, JSON.stringify(sent))).toEqual([described]);
  });

  it('reads an access-log line in place of a document, as a template of rsyslog may send it', () => {
    expect(read(create, combinedLine, create, combinedLine)).toEqual([described, described]);
  });

  it('rejects items that change or delete documents, and documents that are not requests, by themselves', () => {
    const items = [
      create,
      document,
      '{"delete":{"_index":"logs","_id":"1"}}',
      '{"update":{"_id":"1"}}',
      `{"doc":${document}}`,
      create,
      '{"message":"disk is full"}',
      create,
      '',
      create,
      JSON.stringify({ ...entryObject, path: 'x'.repeat(3_000) }),
      create,
      document,
    ];

    expect(read(...items)).toEqual([
      described,
      expect.stringMatching(/^rejected: it is a deletion/),
      expect.stringMatching(/^rejected: it is an update/),
      'rejected: it has no field for path (path, request_uri, RequestPath …)',
      expect.stringMatching(/^rejected: it is not a document/),
      expect.stringMatching(/^rejected: .*path must have at most 2048 characters/),
      described,
    ]);
  });

  it('never looks at a document that is larger than any entry', () => {
    const large = JSON.stringify({ ...entryObject, note: 'x'.repeat(300_000) });

    expect(read(create, large, create, document)).toEqual([
      expect.stringMatching(/^rejected: it is longer than/),
      described,
    ]);
  });

  it('takes line breaks of Windows, blank lines between items, and a body without one at its end', () => {
    const body = `${create}\r\n${document}\r\n\n  \r\n${create}\n${document}`;

    expect(describeAll(readBulk(Buffer.from(body)))).toEqual([described, described]);
  });

  it.each([
    ['a document in place of an action', `${document}\n${document}\n`],
    ['an unknown action', `{"upsert":{}}\n${document}\n`],
    ['two actions in a line', `{"index":{},"create":{}}\n${document}\n`],
    ['text', 'hello\n'],
    ['an action without its document', `${create}\n${document}\n${create}\n`],
    ['an action line that is longer than any', `{"index":{"_id":"${'x'.repeat(5_000)}"}}\n${document}\n`],
  ])('refuses a body with %s', (_name, body) => {
    expect(() => describeAll(readBulk(Buffer.from(body)))).toThrow(InvalidRequest);
  });

  it('finds for each item its action, its index, its id and its document', () => {
    const item = fc.record({
      action: fc.constantFrom('index', 'create', 'update', 'delete'),
      index: fc.option(fc.string({ minLength: 1, maxLength: 20 }), { nil: undefined }),
      id: fc.option(fc.string({ minLength: 1, maxLength: 20 }), { nil: undefined }),
      document: fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 }),
      lineBreak: fc.constantFrom('\n', '\r\n', '\n\n'),
    });
    fc.assert(
      fc.property(fc.array(item), (sent) => {
        const body = Buffer.from(
          sent
            .map(({ action, index, id, document: fields, lineBreak }) => {
              const line = JSON.stringify({ [action]: { _index: index, _id: id } });
              return action === 'delete'
                ? line + lineBreak
                : `${line}\n${JSON.stringify(fields)}${lineBreak}`;
            })
            .join(''),
        );
        const found = Array.from(bulkItems(body), ({ action, index, id, start, end }) => {
          return { action, index, id, document: body.toString('utf8', start, end) };
        });
        expect(found).toEqual(
          sent.map(({ action, index, id, document: fields }) => {
            return { action, index, id, document: action === 'delete' ? '' : JSON.stringify(fields) };
          }),
        );
      }),
    );
  });
});
