import { describe, expect, it } from 'vitest';
import { readOne } from '../read-log.ts';

const at = '2026-03-04T05:06:07Z';
const clf = '04/Mar/2026:05:06:07 +0000';
const epoch = 1_772_600_767;
const line = `192.0.2.7 - - [${clf}] "GET /x HTTP/1.1" 200 5 "-" "curl/8"`;
const usual = { method: 'GET', path: '/x', status: 200, userAgent: 'curl/8' };
const instant = (text: string): number => Date.parse(text);

describe('an envelope of JSON', () => {
  it.each<[string, object]>([
    ['docker', { log: `${line}\n`, stream: 'stdout', time: '2026-03-04T09:00:00.123Z' }],
    [
      'Filebeat',
      {
        '@timestamp': '2026-03-04T09:00:00Z',
        '@metadata': { beat: 'filebeat' },
        message: line,
        log: { file: { path: '/x' } },
        agent: { type: 'filebeat' },
      },
    ],
    ['journald', { __REALTIME_TIMESTAMP: '1772600999123456', _COMM: 'nginx', MESSAGE: line }],
    ['journald with bytes', { __REALTIME_TIMESTAMP: '1772600999123456', MESSAGE: [...Buffer.from(line)] }],
    ['Google Cloud', { textPayload: line, timestamp: '2026-03-04T09:00:00Z' }],
    ['ECS', { '@timestamp': '2026-03-04T09:00:00Z', event: { original: line } }],
    [
      'docker, of JSON',
      { log: `${JSON.stringify({ time: at, ...usual })}\n`, stream: 'stdout', time: '2026-03-04T09:00:00Z' },
    ],
    ['docker, of syslog', { log: `<190>Mar  4 05:06:08 web nginx: ${line}\n`, time: '2026-03-04T09:00:00Z' }],
  ])('by %s is opened, and its line has its own time', (_name, fields) => {
    expect(readOne(JSON.stringify(fields))).toMatchObject(usual);
    const { receivedAt } = readOne(JSON.stringify(fields)) as { receivedAt: string };
    expect(instant(receivedAt)).toBe(epoch * 1_000);
  });

  it('gives its time to a line that has none', () => {
    const fields = { log: 'INFO: 192.0.2.7:1 - "GET /x HTTP/1.1" 200 OK\n', stream: 'stdout', time: at };
    expect(readOne(JSON.stringify(fields))).toMatchObject({ receivedAt: at, path: '/x', status: 200 });
  });
});
