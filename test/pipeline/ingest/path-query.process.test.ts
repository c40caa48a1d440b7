import { expect, it } from 'vitest';
import { createCountingRules } from '../../../lib/domain/counting-rules.ts';
import { jsonLines, runCommandWith } from '../../commands/run-command.ts';
import { sentEntry } from '../../factories.ts';
import { openLocalPipeline } from '../local-pipeline.ts';

const keep = createCountingRules([], 'keep');
const drop = createCountingRules([], 'drop');
const entries = ['/login?user=ann', '/login?user=bob'].map((path) => sentEntry({ path }));

it('counts a batch by the rules it was stored with, whenever it is emitted, and audits it by its own', async () => {
  const pipeline = await openLocalPipeline();
  await pipeline.sendAndDie('kept', entries, keep);
  await pipeline.sendAndDie('dropped', entries, drop);
  // PATH_QUERY was changed in between: the earlier decision holds.
  await pipeline.send('kept', entries, drop);
  await pipeline.send('dropped', entries, keep);
  await pipeline.count('insights');
  const [window] = await pipeline.windows();
  expect(Object.fromEntries(window?.counts.requestsByPath ?? [])).toEqual({
    'GET /login?user=ann': 1,
    'GET /login?user=bob': 1,
    'GET /login': 2,
  });

  await pipeline.rollUp();
  await pipeline.close();
  const options = ['--data-dir', pipeline.directory, '--pending-seconds', '0', '--json'];
  for (const PATH_QUERY of ['keep', 'drop']) {
    const end = await runCommandWith({ PATH_QUERY }, 'audit', ...options);
    expect(jsonLines(end)).toMatchObject([{ kind: 'audited', batches: 2, differences: 0 }]);
  }
});
