import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agentClasses } from '../../lib/domain/agent-class.ts';
import { agentGroupOf, agentGroups } from '../../web/figures/agent-groups.ts';
import { addUp, agentsOf, statusesOf, withoutStatus, type Amounts } from '../../web/figures/amounts.ts';
import { incompletePart } from '../../web/figures/incomplete.ts';
import { isOfChosenKind, pathKindOf } from '../../web/figures/path-kinds.ts';

const counts = (some: Partial<Amounts> = {}): Amounts => ({ requests: 0, statuses: {}, agents: {}, ...some });

describe('kinds of agents', () => {
  it('are one of four for every class of the pipeline, and for those of a later version', () => {
    expect(Object.fromEntries(agentClasses.map((name) => [name, agentGroupOf(name)]))).toEqual({
      browser: 'people',
      app: 'people',
      library: 'bots',
      crawler: 'bots',
      ai: 'ai',
      monitor: 'monitors',
      scanner: 'bots',
      other: 'bots',
    });
    expect(['futuristic', 'constructor', '(other)'].map(agentGroupOf)).toEqual(['bots', 'bots', 'bots']);
    expect(new Set(agentClasses.map(agentGroupOf))).toEqual(new Set(agentGroups));
  });

  it('lose no request', () => {
    const requests = fc.dictionary(fc.constantFrom(...agentClasses), fc.nat(1_000));
    fc.assert(
      fc.property(requests, (byClass) => {
        const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
        expect(sum(Object.values(agentsOf(Object.entries(byClass))))).toBe(sum(Object.values(byClass)));
      }),
    );
  });
});

describe('amounts of several times', () => {
  it('are added, by class and by kind', () => {
    const hours = [
      counts({ requests: 5, statuses: { '2xx': 3, '5xx': 1 }, agents: { people: 5 }, bytes: 10 }),
      counts({ requests: 2, statuses: { '2xx': 2 }, agents: { bots: 2 } }),
    ];
    expect(addUp(hours)).toEqual({
      requests: 7,
      statuses: { '2xx': 5, '5xx': 1 },
      agents: { people: 5, bots: 2 },
      bytes: 10,
    });
  });

  it('have percentiles and visitors only if a single one of them has', () => {
    const duration = { p50Ms: 1, p95Ms: 2, p99Ms: 3 };
    const hour = counts({ duration, visitors: 4 });
    expect(addUp([hour, counts()])).toMatchObject({ duration, visitors: 4 });
    expect(addUp([hour, hour, hour])).toEqual(counts());
  });

  it('tell requests without a status from those with one that is not known', () => {
    const statuses = statusesOf([
      ['200', 3],
      ['(other)', 2],
    ]);
    expect(statuses).toEqual({ '2xx': 3, other: 2 });
    expect(withoutStatus(counts({ requests: 9, statuses }))).toBe(4);
  });
});

describe('kinds of paths', () => {
  it.each([
    ['GET /', 'pages'],
    ['GET /app.js', 'assets'],
    ['GET /app.JS?v=2', 'assets'],
    ['/img/hero.webp#x', 'assets'],
    ['GET /v1.2/users', 'pages'],
    ['GET /report.pdf', 'pages'],
    ['GET /index.html', 'pages'],
    ['GET /feed.xml', 'pages'],
    ['GET /.js/', 'pages'],
    ['404 GET /logo.svg', 'assets'],
    ['GET /page?file=a.css', 'pages'],
    ['GET /constructor.toString', 'pages'],
    ['(other)', undefined],
  ])('%s: %s', (key, kind) => {
    expect(pathKindOf(key)).toBe(kind);
  });

  it('are both shown until the user chooses one', () => {
    const shown = (chosen: 'all' | 'pages' | 'assets') =>
      ['GET /', 'GET /a.js', '(other)'].filter((key) => isOfChosenKind(key, chosen));
    expect(shown('all')).toEqual(['GET /', 'GET /a.js', '(other)']);
    expect(shown('pages')).toEqual(['GET /']);
    expect(shown('assets')).toEqual(['GET /a.js']);
  });
});

describe('the part that is not complete yet', () => {
  const spans = [0, 10, 20, 30].map((from) => ({ from, to: from + 10 }));
  const progress = (countedThrough: number | null, isComplete = false) => ({
    countedThrough,
    waiting: undefined,
    isComplete,
  });

  it('is the span that runs, if everything is counted until now', () => {
    expect(incompletePart(spans, progress(24), 25)).toEqual({ from: 20, to: 30 });
  });

  it('starts with the span up to which everything is counted, if the pipeline is behind', () => {
    expect(incompletePart(spans, progress(15), 25)).toEqual({ from: 10, to: 30 });
  });

  it('is none in a time that is over and counted', () => {
    expect(incompletePart(spans, progress(40), 99)).toBeUndefined();
    expect(incompletePart(spans, progress(24, true), 25)).toBeUndefined();
  });

  it('is not known where the pipeline does not know', () => {
    expect(incompletePart(spans, progress(null), 25)).toBeUndefined();
    expect(incompletePart(spans, undefined, 25)).toBeUndefined();
  });
});
