// Loaded with `--import`: makes the program a version before this one, whose rules know no user agent. With
// DIES_BETWEEN_SENDS, it dies between the two sends of a batch's partials, to `insights` and to `late`.
import { registerHooks } from 'node:module';

const diesBetweenSends = `
  if (process.env['DIES_BETWEEN_SENDS'] && records.insights.length > 0 && records.late.length > 0) {
    await streams.insights.put(records.insights);
    process.kill(process.pid, 'SIGKILL');
    await new Promise(() => {});
  }
`;

/** Files, each with a text and what it is continued with. */
const changes = new Map(
  [
    [
      'domain/user-agent.ts',
      'export function userAgentFamily(header: string): string {',
      ' return otherFamily;',
    ],
    ['domain/user-agent/rules-version.ts', 'const RULES_REVISION =', ' -1 *'],
    [
      'pipeline/streams/emit.ts',
      'records[streamOf(partial)].push({ partitionKey, data, entries: requests });\n  }',
      diesBetweenSends,
    ],
  ].map(([path, text, more]) => [new URL(`../../../lib/${path}`, import.meta.url).href, { text, more }]),
);

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const change = changes.get(url);
    if (change === undefined) return loaded;
    const source = loaded.source.toString();
    // Otherwise it could run as this version once the source has changed.
    if (source.split(change.text).length !== 2) throw new Error(`Not once in ${url}: ${change.text}`);
    return { ...loaded, source: source.replace(change.text, change.text + change.more) };
  },
});
