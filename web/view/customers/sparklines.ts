import type { Client } from '../../api/client.ts';
import { loadSparkline } from '../../api/load-sparkline.ts';
import type { Range } from '../../period/period.ts';
import { formatCount } from '../../text/format.ts';
import { createBars } from '../bars.ts';
import { create } from '../elements.ts';

/** Draws the requests of customers over time, only of those whose rows are on the screen. */
export interface Sparklines {
  /** Returns an element in which the requests are drawn when it comes into view. */
  elementOf(customer: string): HTMLElement;
  /** Draws the requests of other days from now on. */
  show(range: Range): void;
}

const maxInFlight = 4;

export function createSparklines(client: Client): Sparklines {
  let range: Range = { from: 0, to: 0 };
  let drawn = new Map<string, readonly number[]>();
  let pending = new Map<string, Promise<readonly number[]>>();
  let queue: HTMLElement[] = [];
  let inFlight = 0;
  let controller = new AbortController();

  const observer = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!(target instanceof HTMLElement)) continue;
        queue = queue.filter((waiting) => waiting !== target);
        if (isIntersecting) queue.push(target);
      }
      work();
    },
    { rootMargin: '100px' },
  );

  const work = () => {
    queue = queue.filter((waiting) => waiting.isConnected && !drawKnown(waiting));
    const next = queue.splice(0, maxInFlight - inFlight);
    for (const target of next) void load(target);
  };

  /** Draws counts that are there: a row may have been made anew while they were loading. */
  const drawKnown = (target: HTMLElement): boolean => {
    const counts = drawn.get(target.dataset.customer ?? '');
    if (counts === undefined) return false;
    observer.unobserve(target);
    draw(target, counts);
    return true;
  };

  const load = async (target: HTMLElement) => {
    const { signal } = controller;
    const customer = target.dataset.customer ?? '';
    observer.unobserve(target);
    inFlight += 1;
    try {
      const request = pending.get(customer) ?? loadSparkline(customer, range, client, signal);
      pending.set(customer, request);
      const counts = await request;
      if (signal.aborted) return;
      drawn.set(customer, counts);
      draw(target, counts);
    } catch {
      // The row has its numbers all the same, and says that the drawing is missing.
      if (!signal.aborted) target.textContent = 'not loaded';
    } finally {
      if (!signal.aborted) pending.delete(customer);
      inFlight -= 1;
      work();
    }
  };

  return {
    elementOf(customer) {
      const target = create('div', 'sparkline');
      target.dataset.customer = customer;
      const counts = drawn.get(customer);
      if (counts === undefined) observer.observe(target);
      else draw(target, counts);
      return target;
    },
    show(newRange) {
      if (newRange.from === range.from && newRange.to === range.to) return;
      controller.abort();
      controller = new AbortController();
      range = newRange;
      drawn = new Map();
      pending = new Map();
      queue = [];
    },
  };
}

function draw(target: HTMLElement, counts: readonly number[]): void {
  const most = formatCount(Math.max(0, ...counts));
  target.replaceChildren(
    createBars(
      counts.map((requests) => ({ requests })),
      `At most ${most} requests`,
    ),
  );
}
