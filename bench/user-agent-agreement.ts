import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { anyText, list } from '../commands/define-command/options.ts';
import { programOptions } from '../commands/program-options.ts';
import { userAgentFamily } from '../lib/domain/user-agent.ts';
import { uapCoreFamilies } from './uap-core.ts';

const ownList = fileURLToPath(new URL('../test/fixtures/user-agents.txt', import.meta.url));
const { file: given } = programOptions({
  program: 'npx tsx bench/user-agent-agreement.ts',
  summary:
    "Measures how often our families agree with uap-core's, over real agents; prints every difference.",
  options: {
    file: list({
      shows: '<path>',
      help:
        'a list of agents, one per line, or a test file of uap-core (tests/test_ua.yaml of its repository; the npm package has ' +
        'none); may be repeated',
      shownDefault: 'test/fixtures/user-agents.txt',
      read: anyText,
    }),
  },
});
const files = given.length > 0 ? given : [ownList];

/** Families that uap-core gives for an unknown program that runs on top of another one. */
const underneath = new Set([
  'Android',
  'Apple Mail',
  'Chrome',
  'Chrome Mobile',
  'Chrome Mobile WebView',
  'Chromium',
  'Firefox',
  'Mobile Safari',
  'Mobile Safari UI/WKWebView',
  'Safari',
]);

const kinds = [
  'same',
  'uap-core knows none',
  'uap-core has what is underneath',
  'we know none',
  'another name',
] as const;
type Kind = (typeof kinds)[number];

function kindOf(ours: string, theirs: string): Kind {
  if (ours === theirs) return 'same';
  if (theirs === 'Other') return 'uap-core knows none';
  if (ours === 'Other') return 'we know none';
  return underneath.has(theirs) ? 'uap-core has what is underneath' : 'another name';
}

function agentsOf(file: string): string[] {
  const agents = readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .flatMap((line) => {
      if (!/\.ya?ml$/.test(file)) return line.startsWith('#') ? [] : (line.split('\t').at(-1) ?? []);
      const quoted = /user_agent_string: *(?:'((?:[^']|'')*)'|"([^"\\]*)") *$/.exec(line);
      return quoted?.[1]?.replaceAll("''", "'") ?? quoted?.[2] ?? [];
    })
    .filter((agent) => agent !== '');
  return [...new Set(agents)];
}

const theirFamily = uapCoreFamilies();
for (const file of files) {
  const found = agentsOf(file).map((agent) => {
    const ours = userAgentFamily(agent);
    const theirs = theirFamily(agent);
    return { agent, ours, theirs, kind: kindOf(ours, theirs) };
  });
  for (const kind of kinds.slice(1)) {
    for (const { agent, ours, theirs } of found.filter((one) => one.kind === kind)) {
      process.stdout.write(`${kind}: ${ours} | ${theirs} | ${agent}\n`);
    }
  }
  const percent = (part: number, whole: number): string =>
    `${part} of ${whole} (${((100 * part) / whole).toFixed(1)} %)`;
  const same = found.filter((one) => one.kind === 'same').length;
  const known = found.filter((one) => one.theirs !== 'Other');
  const sameOfKnown = known.filter((one) => one.kind === 'same').length;
  process.stdout.write(`\n${file}\n`);
  for (const kind of kinds) {
    process.stdout.write(`  ${kind}: ${found.filter((one) => one.kind === kind).length}\n`);
  }
  process.stdout.write(`  the same family: ${percent(same, found.length)}\n`);
  process.stdout.write(`  where uap-core has one: ${percent(sameOfKnown, known.length)}\n`);
}
