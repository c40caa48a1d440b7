import {
  maxCustomDays,
  dayMilliseconds,
  presets,
  units,
  type Period,
  type Preset,
  type Range,
  type Unit,
} from '../period/period.ts';
import { agentGroups, type AgentChoice } from '../figures/agent-groups.ts';
import { pathKinds, type PathChoice } from '../figures/path-kinds.ts';

/** The state of the page, as its address has it, so that a link or a reload shows the same. */
export interface View {
  /** `undefined`: the first customer in the list. */
  readonly customer: string | undefined;
  readonly period: Period;
  /** `undefined`, or a unit that does not suit the period: the most suitable one. */
  readonly unit: Unit | undefined;
  readonly shows: 'chart' | 'table';
  readonly agents: AgentChoice;
  readonly paths: PathChoice;
  /** The part of the period that the user selected; `undefined`: all of it. */
  readonly zoom: Range | undefined;
}

export const initialView: View = {
  customer: undefined,
  period: { kind: 'preset', preset: '24h' },
  unit: undefined,
  shows: 'chart',
  agents: 'all',
  paths: 'all',
  zoom: undefined,
};

/** Returns the period that is shown: the part that the user selected, or all of it. */
export function shownPeriod({ period, zoom }: Pick<View, 'period' | 'zoom'>): Period {
  return zoom === undefined ? period : { kind: 'custom', ...zoom };
}

/** The pipeline's own rule. An address may contain anything, and this value goes into a command that people copy. */
const customerPattern = /^(?!\.{1,2}$)[A-Za-z0-9._%-]{1,128}$/;

/** Reads the view from an address; values that cannot be used get their defaults. */
export function readView(search: string): View {
  const parameters = new URLSearchParams(search);
  const customer = parameters.get('customer') ?? '';
  return {
    customer: customerPattern.test(customer) ? customer : undefined,
    period: readPeriod(parameters),
    unit: units.find((unit) => unit === parameters.get('by')),
    shows: parameters.get('view') === 'table' ? 'table' : 'chart',
    agents: agentGroups.find((group) => group === parameters.get('agents')) ?? 'all',
    paths: pathKinds.find((kind) => kind === parameters.get('paths')) ?? 'all',
    zoom: readZoom(parameters),
  };
}

export function writeView({ customer, period, unit, shows, agents, paths, zoom }: View): string {
  const parameters = new URLSearchParams();
  if (customer !== undefined) parameters.set('customer', customer);
  if (period.kind === 'preset') {
    parameters.set('period', period.preset);
  } else {
    parameters.set('from', isoMinute(period.from));
    parameters.set('to', isoMinute(period.to));
  }
  if (zoom !== undefined) {
    parameters.set('zoomFrom', isoMinute(zoom.from));
    parameters.set('zoomTo', isoMinute(zoom.to));
  }
  if (unit !== undefined) parameters.set('by', unit);
  if (agents !== 'all') parameters.set('agents', agents);
  if (paths !== 'all') parameters.set('paths', paths);
  if (shows === 'table') parameters.set('view', shows);
  // This form is easier to read, and a query may contain a colon (RFC 3986, section 3.4).
  return `?${parameters.toString().replaceAll('%3A', ':')}`;
}

/** Describes the problem of a custom period, or returns `undefined`. */
export function problemOf(from: number, to: number): string | undefined {
  if (!Number.isFinite(from) || !Number.isFinite(to)) return 'Enter a start and an end.';
  if (from >= to) return 'The start must be before the end.';
  if (to - from > maxCustomDays * dayMilliseconds) return `The longest period is ${maxCustomDays} days.`;
  if (from < 0 || to > maxInstant) return 'The year must be between 1970 and 9999.';
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

function readZoom(parameters: URLSearchParams): Range | undefined {
  const from = Date.parse(parameters.get('zoomFrom') ?? '');
  const to = Date.parse(parameters.get('zoomTo') ?? '');
  return problemOf(from, to) === undefined ? { from, to } : undefined;
}

/** Formats an instant: `2025-12-28T18:03Z`. */
function isoMinute(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 16)}Z`;
}
