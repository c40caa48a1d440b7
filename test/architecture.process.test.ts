import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';

const repository = fileURLToPath(new URL('..', import.meta.url));

/** Pairs of imports from one place: one that the arrows of the layout forbid, and one that they allow. */
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
  ['http-server/a.ts', '../lib/domain/keys.ts', '../lib/error-code.ts'],
  ['http-server/gate/a.ts', '../../handlers/http/respond.ts', '../../lib/error-code.ts'],
  ['http-server/a.ts', '../local-store/open-local-store.ts', '../lib/error-code.ts'],
  ['lib/pipeline/a.ts', '../../self-hosted/kafka/topics.ts', '../domain/keys.ts'],
  ['handlers/a.ts', '../self-hosted/kafka/topics.ts', '../lib/errors.ts'],
  ['handlers/wiring.ts', '../self-hosted/kafka/topics.ts', '../lib/errors.ts'],
  ['local-store/a.ts', '../self-hosted/kafka/topics.ts', '../lib/errors.ts'],
  ['commands/a.ts', '../self-hosted/kafka/topics.ts', '../lib/errors.ts'],
  ['event-source/a.ts', '../local-store/local-stream.ts', '../lib/ports/timers.ts'],
  ['event-source/stream/a.ts', '../../lib/domain/partial.ts', '../../lib/domain/keys.ts'],
  ['event-source/stream/a.ts', '../../handlers/wiring.ts', '../../lib/ports/clock.ts'],
  ['commands/a.ts', '../handlers/wiring.ts', '../local-store/open-local-store.ts'],
  ['commands/audit/a.ts', '../../bench/scenario/progress.ts', '../../lib/pipeline/audit/audit.ts'],
  ['bench/scenario/a.ts', '../../commands/data-directory.ts', '../../client/timing.ts'],
  ['bench/a.ts', '../commands/data-directory.ts', '../commands/emulator/free-port.ts'],
  ['lib/pipeline/a.ts', '../../client/timing.ts', '../domain/keys.ts'],
  ['local-store/a.ts', '../client/timing.ts', '../lib/errors.ts'],
  ['client/a.ts', '../lib/errors.ts', './timing.ts'],
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

/** An import that only `handlers/wiring.ts` may have among the handlers. */
const chosenByWiring = ['handlers/wiring.ts', '../local-store/open-local-store.ts'] as const;

const circle = {
  'circle/a.ts': `import { b } from './b.ts';\nexport const a = (): unknown => b;\n`,
  'circle/b.ts': `import { a } from './a.ts';\nexport const b = (): unknown => a;\n`,
};

/** Returns the imports of all rows, as one text per file. */
function rowsAsFiles(): ReadonlyMap<string, string> {
  const imported = new Map<string, Set<string>>();
  const rows = arrows.flatMap(([file, forbidden, allowed]) => [
    [file, forbidden] as const,
    [file, allowed] as const,
  ]);
  for (const [file, path] of [...rows, chosenByWiring]) {
    imported.set(file, (imported.get(file) ?? new Set()).add(path));
  }
  const textOf = (paths: ReadonlySet<string>) =>
    [...paths]
      .map((path, n) => `import type { T as T${n} } from '${path}';\nexport type U${n} = T${n};\n`)
      .join('');
  return new Map([...imported].map(([file, paths]) => [file, textOf(paths)]));
}

const reportSchema = z.object({
  diagnostics: z.array(
    z.object({ code: z.string(), filename: z.string(), severity: z.string(), message: z.string() }),
  ),
});

interface Verdict {
  /** Reports whether the linter found an error of this rule in this file, about this import. */
  readonly refuses: (file: string, rule: string, path?: string) => boolean;
  readonly exitCode: number | null;
}

/** Lints the files in one run: a start of the linter takes much longer than a file. */
function lint(files: ReadonlyMap<string, string>): Verdict {
  const root = mkdtempSync(join(tmpdir(), 'arrows-'));
  try {
    for (const file of ['.oxlintrc.json', 'tsconfig.json']) cpSync(join(repository, file), join(root, file));
    symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));
    for (const [file, text] of files) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
    const oxlint = join(repository, 'node_modules', 'oxlint', 'bin', 'oxlint');
    const { stdout, status } = spawnSync(process.execPath, [oxlint, '--format=json'], {
      cwd: root,
      encoding: 'utf8',
    });
    const { diagnostics } = reportSchema.parse(JSON.parse(stdout));
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    return {
      refuses: (file, rule, path = '') =>
        errors.some(
          ({ code, filename, message }) =>
            filename === file && code.includes(rule) && (path === '' || message.includes(`'${path}'`)),
        ),
      exitCode: status,
    };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

describe('the arrows of the layout', () => {
  let verdict: Verdict;
  beforeAll(() => {
    verdict = lint(new Map([...rowsAsFiles(), ...Object.entries(circle)]));
  });

  it('fail the check when an import is against them', () => {
    expect(verdict.exitCode).toBe(1);
  });

  it.each(arrows)('let %s not import %s, but %s', (file, forbidden, allowed) => {
    expect(verdict.refuses(file, 'no-restricted-imports', forbidden)).toBe(true);
    expect(verdict.refuses(file, 'no-restricted-imports', allowed)).toBe(false);
  });

  it('let wiring.ts alone choose adapters', () => {
    const [file, path] = chosenByWiring;
    expect(verdict.refuses(file, 'no-restricted-imports', path)).toBe(false);
  });

  it('have no circle', () => {
    for (const file of Object.keys(circle)) expect(verdict.refuses(file, 'no-cycle')).toBe(true);
  });
});
