import {
  maxCustomDays,
  dayMilliseconds,
  presets,
  units,
  type Period,
  type Preset,
  type Unit,
} from '../period/period.ts';

/** What the page shows, as its address says it; so a link or a reload shows the same. */
export interface View {
  /** `undefined`: the first that there is. */
  readonly customer: string | undefined;
  readonly period: Period;
  /** `undefined`, or one that does not suit the period: the one that suits it best. */
  readonly unit: Unit | undefined;
  readonly shows: 'chart' | 'table';
}

export const initialView: View = {
  customer: undefined,
  period: { kind: 'preset', preset: '24h' },
  unit: undefined,
  shows: 'chart',
};

/** The pipeline's own rule; what else an address says may be anything, and goes into a command that people copy. */
const customerPattern = /^(?!\.{1,2}$)[A-Za-z0-9._%-]{1,128}$/;

/** What cannot be used of an address is left at its default. */
export function readView(search: string): View {
  const parameters = new URLSearchParams(search);
  const customer = parameters.get('customer') ?? '';
  return {
    customer: customerPattern.test(customer) ? customer : undefined,
    period: readPeriod(parameters),
    unit: units.find((unit) => unit === parameters.get('by')),
    shows: parameters.get('view') === 'table' ? 'table' : 'chart',
  };
}

export function writeView({ customer, period, unit, shows }: View): string {
  const parameters = new URLSearchParams();
  if (customer !== undefined) parameters.set('customer', customer);
  if (period.kind === 'preset') {
    parameters.set('period', period.preset);
  } else {
    parameters.set('from', isoMinute(period.from));
    parameters.set('to', isoMinute(period.to));
  }
  if (unit !== undefined) parameters.set('by', unit);
  if (shows === 'table') parameters.set('view', shows);
  // An address is easier to read so, and a colon may stand in a query (RFC 3986, section 3.4).
  return `?${parameters.toString().replaceAll('%3A', ':')}`;
}

/** What is wrong with a period of one's own, or `undefined`. */
export function problemOf(from: number, to: number): string | undefined {
  if (!Number.isFinite(from) || !Number.isFinite(to)) return 'Give both a start and an end.';
  if (from >= to) return 'The start has to be before the end.';
  if (to - from > maxCustomDays * dayMilliseconds) return `The most is ${maxCustomDays} days.`;
  if (from < 0 || to > maxInstant) return 'The years are 1970 to 9999.';
  return undefined;
}

const maxInstant = Date.UTC(9999, 11, 31);

function readPeriod(parameters: URLSearchParams): Period {
  const from = Date.parse(parameters.get('from') ?? '');
  const to = Date.parse(parameters.get('to') ?? '');
  if (problemOf(from, to) === undefined) return { kind: 'custom', from, to };
  const preset = presets.find((preset: Preset) => preset === parameters.get('period'));
  return preset === undefined ? initialView.period : { kind: 'preset', preset };
}

/** `2025-12-28T18:03Z` */
function isoMinute(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 16)}Z`;
}
