import { describe, expect, it } from 'vitest';
import { createPartJoiner, type JoinedLine } from '../../../../lib/domain/log-formats/join-parts.ts';

const at = '2026-03-04T05:06:07.123456789Z';
const cri = (tag: string, text: string, stream = 'stdout'): string => `${at} ${stream} ${tag} ${text}`;
const docker = (log: string, stream = 'stdout'): string => JSON.stringify({ log, stream, time: at });
const partOfDocker = 'x'.repeat(16_384);

/** Joins lines; a part is `part`, a line that is too long `too-long`. */
function join(lines: readonly string[]): string[] {
  const joiner = createPartJoiner();
  return lines.map((line) => textOf(joiner.join(line)));
}

function textOf(line: JoinedLine): string {
  return line.kind === 'line' ? line.text : line.kind;
}

describe('the lines of a container', () => {
  it('are joined from the parts of CRI', () => {
    const lines = [cri('P', 'one '), cri('P', 'two '), cri('F', 'three'), cri('F', 'four')];
    expect(join(lines)).toEqual(['part', 'part', cri('F', 'one two three'), cri('F', 'four')]);
  });

  it('are joined from lines of docker without a line feed', () => {
    expect(join([docker(partOfDocker), docker('yz\n'), docker('other\n')])).toEqual([
      'part',
      docker(`${partOfDocker}yz\n`),
      docker('other\n'),
    ]);
  });

  it('are joined for each stream', () => {
    const lines = [cri('P', 'a', 'stderr'), cri('P', 'b'), cri('F', 'c', 'stderr'), cri('F', 'd')];
    expect(join(lines)).toEqual(['part', 'part', cri('F', 'ac', 'stderr'), cri('F', 'bd')]);
  });

  it('stay as they are if another program left out their line feeds', () => {
    const lines = [docker('short'), docker('other'), JSON.stringify({ log: partOfDocker }), 'text'];
    expect(join(lines)).toEqual(lines);
  });

  it('are given up if they are longer than 64 KiB, and then go on', () => {
    const part = cri('P', 'x'.repeat(16_384));
    const lines = [part, part, part, part, part, part, cri('F', 'end'), cri('P', 'a'), cri('F', 'b')];
    expect(join(lines).slice(-3)).toEqual(['too-long', 'part', cri('F', 'ab')]);
    expect(join([...Array<string>(4).fill(part), cri('F', '')]).at(-1)).toHaveLength(
      65_536 + cri('F', '').length,
    );
  });

  it('are given up if a part cannot be read', () => {
    const joiner = createPartJoiner();
    joiner.join(cri('P', 'a'));
    joiner.skipLine();
    expect(joiner.join(cri('F', 'b'))).toEqual({ kind: 'too-long' });
  });

  it('do not go on in the next log', () => {
    const joiner = createPartJoiner();
    joiner.join(cri('P', 'a'));
    expect(joiner.endLog()).toBe(true);
    expect(joiner.endLog()).toBe(false);
    expect(textOf(joiner.join(cri('F', 'b')))).toBe(cri('F', 'b'));
  });
});
