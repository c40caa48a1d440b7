import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readPage, root } from './pages.ts';

const folder = '.github/workflows/';
const workflows = readdirSync(new URL(folder, root)).map((name) => readPage(`${folder}${name}`));

describe('the workflows', () => {
  it('run what .ci/run does, on Node.js 20, 22 and 24', () => {
    const text = workflows.map((workflow) => workflow.text).join('\n');
    expect(text).toContain('- run: .ci/run');
    expect(text).toContain('node: [20, 22, 24]');
  });

  it('use actions by their exact version', () => {
    const used = workflows.flatMap(({ text }) =>
      [...text.matchAll(/uses: (\S+)/g)].map(([, action]) => action),
    );
    expect(used.length).toBeGreaterThan(0);
    expect(used.filter((action) => !/@v\d+\.\d+\.\d+$/.test(action ?? ''))).toEqual([]);
  });
});
