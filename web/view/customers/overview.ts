import type { Client } from '../../api/client.ts';
import { loadCustomerTotals, type CustomerTotals } from '../../api/load-customer-totals.ts';
import { customerDays, customerRows, type CustomerDays } from '../../figures/customers.ts';
import { rangeOf, unitsOf, type Range } from '../../period/period.ts';
import { isPreset, periodOfData } from '../../period/period-of-data.ts';
import { listState, type ListState, type ListStates } from '../../state/list-state.ts';
import type { View } from '../../state/url-state.ts';
import { toCsv } from '../../text/csv.ts';
import { formatDays } from '../../text/format.ts';
import { showPrintHead } from '../print-head.ts';
import { describeCustomerDays } from '../../text/customer-days.ts';
import { download } from '../download.ts';
import { element } from '../elements.ts';
import { createCustomersList } from './customers-list.ts';
import { createSparklines } from './sparklines.ts';

export interface OverviewContext {
  readonly client: Client;
  readonly zone: string;
  readonly hrefOf: (customer: string) => string;
  readonly onOpen: (customer: string) => void;
  readonly onChange: (change: Partial<ListState>, isTyping: boolean) => void;
}

/** All customers, with their requests in the days of the period. */
export interface Overview {
  /**
   * Loads what is not known or no longer new, and shows it as it comes.
   * @returns  the days that are shown
   */
  load(view: View, now: number, signal: AbortSignal): Promise<CustomerDays>;
  /** Shows another part of the list. */
  show(states: ListStates): void;
  /** Puts the focus on a customer as soon as its row is there, for a user who comes back from its report. */
  focusOn(customer: string | undefined): void;
}

/** Days that are over change with late entries alone. */
const maxAges = { shown: 30_000, compared: 600_000 };
/** A view has at most four ranges, and the one before it four others. */
const maxRemembered = 8;
/** All days that the pipeline counts. */
const allDays: Range = { from: 0, to: Date.UTC(9999, 11, 31) };

interface Remembered {
  readonly totals: CustomerTotals;
  readonly readAt: number;
}

export function createOverview({ client, zone, hrefOf, onOpen, onChange }: OverviewContext): Overview {
  const sparklines = createSparklines(client);
  const list = createCustomersList({
    zone,
    sparklines,
    hrefOf,
    onOpen,
    onChange,
    onDownload: (head, rows) => {
      if (days === undefined) return;
      const first = new Date(days.shown.from).toISOString().slice(0, 10);
      download(`customers-${first}.csv`, toCsv(head, rows));
    },
  });
  element('customers-view', HTMLDivElement).replaceChildren(list.element);
  const remembered = new Map<string, Remembered>();
  let days: CustomerDays | undefined;
  let states: ListStates = {};
  let now = 0;
  let awaited: string | undefined;

  const nameOf = ({ from, to }: Range) => `${from} ${to}`;
  const totalsOf = (range: Range) => remembered.get(nameOf(range))?.totals;

  const render = () => {
    const shown = days && totalsOf(days.shown);
    if (days === undefined || shown === undefined) return;
    const [current, previous] = [days.current, days.previous].map((range) => totalsOf(range)?.customers);
    showPrintHead({
      customer: 'All customers',
      period: formatDays(days.shown.from, days.shown.to, 'UTC'),
      zone: 'UTC',
    });
    list.show(
      customerRows(shown.customers, current, previous),
      listState(states, 'customers'),
      describeCustomerDays(days, shown.countedThrough, now, zone),
      now,
    );
    if (awaited !== undefined && list.focusOn(awaited)) awaited = undefined;
  };

  /**
   * @param onPart  shows the pages one by one, and is called after each but the last. Days to compare are shown as a whole: who is on
   * another page would look like somebody without requests
   */
  const read = async (range: Range, maxAge: number, signal: AbortSignal, onPart?: () => void) => {
    const name = nameOf(range);
    const known = remembered.get(name);
    if (known !== undefined && now - known.readAt <= maxAge) return;
    const readAt = now;
    const keep = (totals: CustomerTotals) => {
      if (signal.aborted) return;
      remembered.delete(name);
      remembered.set(name, { totals, readAt });
      render();
    };
    // The largest customers are on the first page, and can be read while the others come.
    const keepPart = (totals: CustomerTotals) => {
      if (onPart !== undefined && known === undefined) keep(totals);
      onPart?.();
    };
    keep(await loadCustomerTotals(range, client, signal, keepPart));
    const [oldest] = remembered.keys();
    if (remembered.size > maxRemembered && oldest !== undefined) remembered.delete(oldest);
  };

  const loadDays = async (newDays: CustomerDays, signal: AbortSignal) => {
    signal.throwIfAborted();
    days = newDays;
    sparklines.show(newDays.shown);
    if (totalsOf(newDays.shown) === undefined) list.setBusy(true);
    else render();
    // The days to compare come beside the other pages, but not before the first one.
    let comparing: Promise<unknown> | undefined;
    const compare = () => {
      if (comparing !== undefined) return;
      const { shown, current, previous } = newDays;
      const compared = nameOf(current) === nameOf(shown) ? [previous] : [current, previous];
      comparing = Promise.all(compared.map((range) => read(range, maxAges.compared, signal)));
      comparing.catch(() => undefined); // it fails below
    };
    await read(newDays.shown, maxAges.shown, signal, compare);
    compare();
    await comparing;
  };

  /** Returns the starts of the first and the last minute with requests of any customer. */
  const extents = async (signal: AbortSignal): Promise<Range | undefined> => {
    await read(allDays, maxAges.compared, signal);
    const all = totalsOf(allDays)?.customers ?? [];
    if (all.length === 0) return undefined;
    return {
      from: Math.min(...all.map(({ firstSeen }) => firstSeen)),
      to: Math.max(...all.map(({ lastSeen }) => lastSeen)),
    };
  };

  return {
    async load({ period, unit, lists }, newNow, signal) {
      states = lists;
      now = newNow;
      const daysOf = (extent: Range | undefined): CustomerDays => {
        const known = periodOfData(period, extent, now, zone);
        const suitable = unitsOf(known);
        const range = rangeOf(known, suitable.find((each) => each === unit) ?? suitable[0], now, zone);
        return customerDays(range, now, isPreset(period, 'all'));
      };
      let shown = daysOf(isPreset(period, 'all') ? await extents(signal) : undefined);
      await loadDays(shown, signal);
      // The data may be older than a day.
      if (isPreset(period, 'latest') && totalsOf(shown.shown)?.customers.length === 0) {
        shown = daysOf(await extents(signal));
        await loadDays(shown, signal);
      }
      return shown;
    },
    show(newStates) {
      states = newStates;
      render();
    },
    focusOn(customer) {
      awaited = customer;
    },
  };
}
