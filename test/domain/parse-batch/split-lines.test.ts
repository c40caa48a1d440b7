import { describe, expect, it } from 'vitest';
import { parseInSteps } from '../../../lib/domain/parse-batch.ts';
import { finish } from '../../../lib/domain/steps.ts';

const time = '2026-03-04T05:06:07.123456789Z';
const cri = (tag: string, text: string, stream = 'stdout'): string => `${time} ${stream} ${tag} ${text}`;
const docker = (log: string): string => JSON.stringify({ log, stream: 'stdout', time });
const line = (path: string, agent = 'curl/8'): string =>
  `192.0.2.7 - - [04/Mar/2026:05:06:07 +0000] "GET ${path} HTTP/1.1" 200 5 "-" "${agent}"`;
const long = line('/long', `Mozilla/5.0 (${'x'.repeat(17_000)})`);
const [start, end] = [long.slice(0, 16_384), long.slice(16_384)];

function read(...lines: string[]) {
  const body = Buffer.from(lines.join('\n'));
  const { entries, rejected } = finish(parseInSteps(body, { mediaType: 'text/plain' }, 'set-aside'));
  return { paths: entries.map(({ path }) => path), rejected: rejected.toRejections() };
}

describe('lines of a text that a container runtime has split', () => {
  it.each([
    ['containerd', [cri('P', start), cri('F', end)]],
    ['containerd, with another stream between', [cri('P', start), cri('F', 'note', 'stderr'), cri('F', end)]],
    ['containerd, into three', [cri('P', start.slice(0, 99)), cri('P', start.slice(99)), cri('F', end)]],
    ['docker', [docker(start), docker(`${end}\n`)]],
  ])('are joined: %s', (_name, parts) => {
    const { paths, rejected } = read(cri('F', line('/a')), ...parts, cri('F', line('/b')));
    expect(paths).toEqual(['/a', '/long', '/b']);
    expect(rejected?.rejectedRanges ?? '').toBe(parts.some((part) => part.includes('note')) ? '2' : '');
  });

  it('leave the line of another container as it is, and are reported', () => {
    const { paths, rejected } = read(cri('P', start), cri('F', line('/b')), cri('F', end));
    expect(paths).toEqual(['/b']);
    expect(rejected).toMatchObject({ rejected: 2, rejectedRanges: '2-3' });
  });

  it('are reported if they have no end', () => {
    const { paths, rejected } = read(cri('F', line('/a')), cri('P', start));
    expect(paths).toEqual(['/a']);
    expect(rejected?.details).toEqual([
      { index: 2, reason: 'is a part of a longer line, whose end is not in the log' },
    ]);
  });

  it('are given up if one part is longer than 64 KiB', () => {
    const { paths, rejected } = read(
      cri('P', start),
      cri('P', 'x'.repeat(65_536)),
      cri('F', end),
      line('/b'),
    );
    expect(paths).toEqual(['/b']);
    expect(rejected?.rejectedRanges).toBe('1-2');
  });
});
