import { readFileSync } from 'node:fs';
import { randomNumbers } from '../traffic/seeded-order.ts';
import { zipf } from '../traffic/weighted-choice.ts';

/** An entry as in a web server's log: compact, 160 bytes of JSON on average. */
export interface SampleEntry {
  readonly receivedAt: string;
  readonly method: string;
  readonly path: string;
  readonly userAgent: string;
  readonly status?: number;
}

/** Entries of a site with a few busy pages and a few common agents, and a long tail of both. */
export interface SampleTraffic {
  entry(receivedAt: Date): SampleEntry;
  /** Returns this many entries, spread evenly over the minutes that begin at `start`. */
  entries(count: number, start: Date, minutes: number): SampleEntry[];
  /** Returns a JSON array of as many entries as fit into `maxBytes`, in time order, and their number. */
  batchOf(
    maxBytes: number,
    start: Date,
    minutes: number,
  ): { readonly body: Buffer; readonly entries: number };
}

const agentCount = 60;
const pathCount = 1_000;
const bracketAndComma = 2;

/** Creates sample traffic; the same seed gives the same entries, to the byte. */
export function createSampleTraffic(seed: number): SampleTraffic {
  const random = randomNumbers(seed);
  const pickAgent = zipf(readAgents(), random);
  const pickPath = zipf(samplePaths(random), random);

  const entry = (receivedAt: Date): SampleEntry => {
    const chance = random();
    const sent = {
      receivedAt: `${receivedAt.toISOString().slice(0, 19)}Z`,
      method: chance < 0.9 ? 'GET' : chance < 0.98 ? 'POST' : 'HEAD',
      path: pickPath(),
      userAgent: pickAgent(),
    };
    return random() < 0.9 ? { ...sent, status: sampleStatus(random()) } : sent;
  };
  const entryAt = (share: number, start: Date, minutes: number) =>
    entry(new Date(start.getTime() + Math.floor(share * minutes * 60) * 1_000));

  return {
    entry,
    entries: (count, start, minutes) =>
      Array.from({ length: count }, (_, index) => entryAt(index / count, start, minutes)),
    batchOf(maxBytes, start, minutes) {
      const texts: string[] = [];
      for (let bytes = bracketAndComma; ;) {
        const text = JSON.stringify(entryAt(bytes / maxBytes, start, minutes));
        bytes += text.length + 1;
        if (bytes > maxBytes) break;
        texts.push(text);
      }
      return { body: Buffer.from(`[${texts.join(',')}]`), entries: texts.length };
    },
  };
}

/** Reads the agents of the tests, a browser and a program in turn, from the most to the least frequent. */
function readAgents(): string[] {
  const fixture = readFileSync(new URL('../test/fixtures/user-agents.txt', import.meta.url), 'latin1');
  const agents = fixture.split('\n').flatMap((line) => line.split('\t')[1] ?? []);
  const every = (some: readonly string[]) =>
    Array.from({ length: agentCount / 2 }, (_, n) => some[Math.floor((n * some.length) / (agentCount / 2))]);
  const browsers = every(agents.filter(({ length }) => length >= 80 && length <= 130));
  const programs = every(agents.filter(({ length }) => length >= 8 && length <= 40));
  return programs.flatMap((program, n) => [program, browsers[n]]).filter((agent) => agent !== undefined);
}

function samplePaths(random: () => number): string[] {
  const sections = [
    '',
    'pricing',
    'login',
    'docs',
    'blog',
    'api/items',
    'api/users',
    'assets',
    'cart',
    'search',
  ];
  return Array.from({ length: pathCount }, (_, n) => {
    const section = sections[n % sections.length] ?? '';
    return n < sections.length
      ? `/${section}`
      : `/${section}/${Math.floor(random() * 9_999)}`.replace('//', '/');
  });
}

function sampleStatus(chance: number): number {
  if (chance < 0.85) return 200;
  if (chance < 0.92) return 304;
  return chance < 0.98 ? 404 : 500;
}
