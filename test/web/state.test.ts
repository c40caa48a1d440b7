import { describe, expect, it } from 'vitest';
import { createCountingAnnouncer } from '../../web/state/counting-announcer.ts';
import { createLive } from '../../web/state/live.ts';
import { delayBeforeNext } from '../../web/state/next-load.ts';
import {
  initialView,
  needsFigures,
  problemOf,
  readView,
  shownPeriod,
  viewAfter,
  writeView,
} from '../../web/state/url-state.ts';

const at = (text: string): number => Date.parse(text);

describe('a part of the period', () => {
  const view = readView('?period=7d&zoomFrom=2025-12-28T18:00Z&zoomTo=2025-12-28T20:00Z&by=minute');
  const part = { from: Date.parse('2025-12-28T18:00Z'), to: Date.parse('2025-12-28T20:00Z') };

  it('is shown in place of the period, which stays chosen', () => {
    expect(view.period).toEqual({ kind: 'preset', preset: '7d' });
    expect(shownPeriod(view)).toEqual({ kind: 'custom', ...part });
    expect(shownPeriod(viewAfter(view, { zoom: undefined }))).toEqual(view.period);
  });

  it('ends with another period, and stays for another customer', () => {
    expect(viewAfter(view, { period: { kind: 'preset', preset: '1h' } }).zoom).toBeUndefined();
    expect(viewAfter(view, { customer: 'cus-other' }).zoom).toEqual(part);
  });

  it('is not read where it cannot be shown', () => {
    expect(readView('?zoomFrom=2025-12-28T20:00Z&zoomTo=2025-12-28T18:00Z').zoom).toBeUndefined();
    expect(readView('?zoomFrom=2025-12-28T20:00Z').zoom).toBeUndefined();
  });
});

describe('kinds of agents and paths', () => {
  it('are in the address, and others are all', () => {
    const search = '?period=24h&agents=people&paths=assets';
    expect(writeView(readView(search))).toBe(search);
    expect(readView('?agents=cats&paths=dogs')).toMatchObject({ agents: 'all', paths: 'all' });
  });

  it('need no other figures, but another kind of paths begins on the first page', () => {
    expect(needsFigures({ agents: 'bots', paths: 'pages' })).toBe(false);
    const view = readView('?paths.page=3&agents.page=2');
    expect(viewAfter(view, { paths: 'assets' }).lists.paths?.page).toBe(1);
    expect(viewAfter(view, { agents: 'bots' }).lists.paths?.page).toBe(3);
  });
});

describe('the address', () => {
  it.each([
    '?customer=cus-axon&period=7d&by=day&view=table',
    '?customer=cus-axon&period=1h',
    '?period=24h',
    '?customer=shop.example&from=2025-12-28T18:00Z&to=2025-12-29T18:00Z&by=minute',
  ])('says what is shown, and is read as that again: %s', (search) => {
    expect(writeView(readView(search))).toBe(search);
  });

  it('leaves what it does not say, or says wrongly, at the defaults', () => {
    expect(readView('')).toEqual(initialView);
    expect(readView('?period=2y&by=week&view=cake&from=x&to=y')).toEqual(initialView);
    expect(readView('?from=2025-12-29T00:00Z&to=2025-12-28T00:00Z')).toEqual(initialView);
  });

  it.each(["x'; rm -rf ~ #", '..', '', 'a b', 'ä', 'x'.repeat(129)])(
    'takes %j for no customer, since the name goes into a command',
    (customer) => {
      expect(readView(`?${new URLSearchParams({ customer }).toString()}`).customer).toBeUndefined();
    },
  );
});

describe('problemOf a period', () => {
  it.each([
    [at('2025-12-28T00:00Z'), at('2025-12-29T00:00Z'), undefined],
    [at('2025-12-29T00:00Z'), at('2025-12-28T00:00Z'), 'The start must be before the end.'],
    [Number.NaN, at('2025-12-28T00:00Z'), 'Enter a start and an end.'],
    [at('2014-01-01T00:00Z'), at('2025-12-28T00:00Z'), 'The longest period is ten years.'],
    [at('1969-12-31T00:00Z'), at('1970-01-02T00:00Z'), 'The year must be between 1970 and 9999.'],
  ])('from %d to %d is %s', (from, to, problem) => {
    expect(problemOf(from, to)).toBe(problem);
  });
});

describe('delayBeforeNext', () => {
  it('is some seconds, more after failures, and ends at a minute', () => {
    const delays = [0, 1, 2, 3, 4, 5, 50].map((failures) =>
      delayBeforeNext({ failures, countingLoads: 0, tookMilliseconds: 20 }),
    );
    expect(delays).toEqual([5_000, 5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
  });

  it('is shorter at first while something is being counted, and soon is the usual one', () => {
    const delays = [1, 2, 3, 4, 50].map((countingLoads) =>
      delayBeforeNext({ failures: 0, countingLoads, tookMilliseconds: 20 }),
    );
    expect(delays).toEqual([2_000, 3_000, 4_500, 5_000, 5_000]);
    expect(delayBeforeNext({ failures: 0, countingLoads: 1, tookMilliseconds: 1_000 })).toBe(10_000);
    expect(delayBeforeNext({ failures: 2, countingLoads: 1, tookMilliseconds: 20 })).toBe(10_000);
  });

  it('grows with what an answer takes', () => {
    expect(delayBeforeNext({ failures: 0, countingLoads: 0, tookMilliseconds: 2_000 })).toBe(20_000);
  });
});

describe('a live page', () => {
  /** Creates a page whose loads end, and whose timers run, when the test says so. */
  function livePage(mayRetry = true) {
    const loads: { signal: AbortSignal; end: (error?: Error, isCounting?: boolean) => void }[] = [];
    const timers = new Map<number, { callback: () => void; milliseconds: number }>();
    const failures: unknown[] = [];
    let nextTimer = 0;
    const live = createLive({
      load: (signal) =>
        new Promise((resolve, reject) => {
          loads.push({
            signal,
            end: (error, isCounting = false) => (error === undefined ? resolve(isCounting) : reject(error)),
          });
        }),
      onFailure: (error) => {
        failures.push(error);
        return mayRetry;
      },
      now: () => 0,
      setTimer: (callback, milliseconds) => {
        timers.set(++nextTimer, { callback, milliseconds });
        return nextTimer;
      },
      clearTimer: (timer) => timers.delete(timer),
    });
    const runTimer = () => {
      const [timer, first] = [...timers][0] ?? [0, undefined];
      timers.delete(timer);
      first?.callback();
    };
    const settled = () => new Promise<void>((resolve) => setTimeout(resolve, 0));
    const delays = () => [...timers.values()].map(({ milliseconds }) => milliseconds);
    return { live, loads, failures, delays, runTimer, settled };
  }

  it('loads again some time after each load', async () => {
    const { live, loads, delays, runTimer, settled } = livePage();
    live.load();
    expect(delays()).toEqual([]);
    loads[0]?.end();
    await settled();
    expect(delays()).toEqual([5_000]);
    runTimer();
    expect(loads).toHaveLength(2);
  });

  it('looks sooner while something is still being counted, and as usual when it is not', async () => {
    const { live, loads, delays, runTimer, settled } = livePage();
    const waited: number[] = [];
    live.load();
    for (const isCounting of [true, true, false, true]) {
      loads.at(-1)?.end(undefined, isCounting);
      await settled();
      waited.push(...delays());
      runTimer();
    }
    expect(waited).toEqual([2_000, 3_000, 5_000, 2_000]);
  });

  it('waits longer from failure to failure, and no longer after a success', async () => {
    const { live, loads, failures, delays, runTimer, settled } = livePage();
    const waited: number[] = [];
    live.load();
    for (const error of [new Error('1'), new Error('2'), undefined]) {
      loads.at(-1)?.end(error);
      await settled();
      waited.push(...delays());
      runTimer();
    }
    expect(waited).toEqual([5_000, 10_000, 5_000]);
    expect(failures).toHaveLength(2);
  });

  it('aborts a load that a newer one replaces, and says nothing of it', async () => {
    const { live, loads, failures, delays, settled } = livePage();
    live.load();
    live.load();
    expect(loads[0]?.signal.aborted).toBe(true);
    loads[0]?.end(new Error('aborted'));
    loads[1]?.end();
    await settled();
    expect(failures).toEqual([]);
    expect(delays()).toEqual([5_000]);
  });

  it('asks no more while it is paused, and at once when it resumes', async () => {
    const { live, loads, delays, settled } = livePage();
    live.load();
    loads[0]?.end();
    await settled();
    live.setRunning(false);
    expect(delays()).toEqual([]);
    live.setRunning(true);
    expect(loads).toHaveLength(2);
  });

  it('waits for the user if a retry would not help', async () => {
    const { live, loads, delays, settled } = livePage(false);
    live.load();
    loads[0]?.end(new Error('a key is needed'));
    await settled();
    expect(delays()).toEqual([]);
  });
});

describe('what is read out of the counting', () => {
  const newsOf = (looks: readonly [seconds: number, isCounting: boolean][]) => {
    const announce = createCountingAnnouncer();
    return looks.map(([seconds, isCounting]) => announce(isCounting, seconds * 1_000));
  };

  it('is that it goes on, once a minute, and that it is over', () => {
    const looks = [0, 2, 5, 10, 61, 63].map((seconds): [number, boolean] => [seconds, true]);
    expect(newsOf([...looks, [66, false], [71, false], [76, false]])).toEqual([
      undefined,
      'still-counting',
      undefined,
      undefined,
      undefined,
      'still-counting',
      undefined,
      'all-counted',
      undefined,
    ]);
  });

  it('is nothing where something waits at every other look, as with live traffic', () => {
    const looks = [0, 5, 10, 15, 20].map((seconds): [number, boolean] => [seconds, seconds % 10 === 0]);
    expect(newsOf(looks)).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });
});
