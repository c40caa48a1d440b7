import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const repository = fileURLToPath(new URL('..', import.meta.url));
let copy: string;

beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'arrows-'));
  for (const file of ['.oxlintrc.json', 'tsconfig.json']) cpSync(join(repository, file), join(copy, file));
  symlinkSync(join(repository, 'node_modules'), join(copy, 'node_modules'));
});

afterEach(() => {
  rmSync(copy, { recursive: true, force: true });
});

function lint(file: string, text: string): { status: number | null; output: string } {
  mkdirSync(dirname(join(copy, file)), { recursive: true });
  writeFileSync(join(copy, file), text);
  const oxlint = join(repository, 'node_modules', 'oxlint', 'bin', 'oxlint');
  const { status, stdout, stderr } = spawnSync(process.execPath, [oxlint, file], {
    cwd: copy,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

/** An import that the arrows of the layout forbid, and one from the same place that they allow. */
const arrows = [
  ['lib/domain/a.ts', '../ports/clock.ts', '../errors.ts'],
  ['lib/domain/user-agent/a.ts', '../../pipeline/ingest/ingest.ts', '../counting-rules.ts'],
  ['lib/domain/a.ts', 'node:fs/promises', 'node:crypto'],
  ['lib/domain/a.ts', '../config.ts', './window.ts'],
  ['lib/ports/a.ts', '../pipeline/ingest/ingest.ts', '../domain/keys.ts'],
  ['lib/pipeline/a.ts', '../adapters/in-memory-object-store.ts', '../ports/object-store.ts'],
  ['lib/pipeline/a.ts', '../../local-store/open-local-store.ts', '../domain/keys.ts'],
  ['lib/pipeline/a.ts', '../../handlers/http/respond.ts', '../errors.ts'],
  ['lib/adapters/a.ts', '../pipeline/ingest/ingest.ts', '../ports/object-store.ts'],
  ['lib/a.ts', '../handlers/wiring.ts', './errors.ts'],
  ['handlers/a.ts', '../local-store/open-local-store.ts', '../lib/pipeline/ingest/ingest.ts'],
  ['handlers/a.ts', '../lib/adapters/in-memory-object-store.ts', './wiring.ts'],
  ['local-store/a.ts', '../lib/pipeline/ingest/ingest.ts', '../lib/ports/object-store.ts'],
  ['local-store/emulator/a.ts', '../../lib/domain/partial.ts', '../../lib/domain/keys.ts'],
  ['local-store/a.ts', '../handlers/ingest.ts', '../lib/errors.ts'],
  ['local-store/a.ts', '../commands/data-directory.ts', '../lib/errors.ts'],
  ['handlers/a.ts', '../commands/data-directory.ts', '../lib/errors.ts'],
  ['handlers/wiring.ts', '../commands/data-directory.ts', '../lib/errors.ts'],
  ['lib/a.ts', '../commands/data-directory.ts', './errors.ts'],
  ['lib/domain/a.ts', '../../commands/data-directory.ts', '../errors.ts'],
  ['lib/ports/a.ts', '../../commands/data-directory.ts', '../domain/keys.ts'],
  ['lib/pipeline/audit/a.ts', '../../../commands/audit/options.ts', '../../domain/keys.ts'],
  ['lib/adapters/a.ts', '../../commands/data-directory.ts', '../ports/object-store.ts'],
  ['commands/a.ts', '../handlers/wiring.ts', '../local-store/open-local-store.ts'],
  ['commands/audit/a.ts', '../../bench/scenario/progress.ts', '../../lib/pipeline/audit/audit.ts'],
  ['bench/scenario/a.ts', '../../commands/data-directory.ts', '../../commands/pipeline-client/timing.ts'],
  ['web/a.ts', '../lib/domain/keys.ts', './period/period.ts'],
  ['web/api/a.ts', '../../handlers/http/respond.ts', './answers.ts'],
  ['web/a.ts', 'node:path', 'uplot'],
  ['commands/a.ts', '../lib/adapters/in-memory-object-store.ts', '../lib/domain/keys.ts'],
  ['commands/open-deployed.ts', '../handlers/wiring.ts', '../lib/adapters/aws.ts'],
  ['commands/open-deployed.ts', '../local-store/open-local-store.ts', '../lib/errors.ts'],
  ['traffic/a.ts', '../lib/domain/log-entry.ts', './visit.ts'],
  ['lib/pipeline/a.ts', '../../traffic/visit.ts', '../domain/keys.ts'],
  ['handlers/a.ts', '../traffic/visit.ts', '../lib/errors.ts'],
  ['local-store/a.ts', '../traffic/visit.ts', '../lib/errors.ts'],
] as const;

describe('the arrows of the layout', () => {
  it.each(arrows)('lets %s not import %s, but %s', (file, forbidden, allowed) => {
    const imported = (path: string) =>
      `import type { Something } from '${path}';\nexport type Other = Something;\n`;
    const refused = lint(file, imported(forbidden));
    expect(refused.output).toContain('no-restricted-imports');
    expect(refused.status).not.toBe(0);
    expect(lint(file, imported(allowed)).output).not.toContain('no-restricted-imports');
  });

  it('lets wiring.ts alone choose adapters', () => {
    const text = `import type { Something } from '../local-store/open-local-store.ts';\nexport type Other = Something;\n`;
    expect(lint('handlers/wiring.ts', text).output).not.toContain('no-restricted-imports');
  });

  it('sees a circle of imports', () => {
    writeFileSync(join(copy, 'a.ts'), `import { b } from './b.ts';\nexport const a = (): unknown => b;\n`);
    const { status, output } = lint(
      'b.ts',
      `import { a } from './a.ts';\nexport const b = (): unknown => a;\n`,
    );
    expect(output).toContain('no-cycle');
    expect(status).not.toBe(0);
  });
});
