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
import { readDetail, writeDetail, type Detail } from './detail.ts';
import { onFirstPages, readLists, writeLists, type ListStates } from './list-state.ts';

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
  /** One customer's traffic, or all customers. */
  readonly page: 'traffic' | 'customers';
  readonly lists: ListStates;
  /** `undefined`: no details are open. */
  readonly detail: Detail | undefined;
}

export const initialView: View = {
  customer: undefined,
  period: { kind: 'preset', preset: 'latest' },
  unit: undefined,
  shows: 'chart',
  agents: 'all',
  paths: 'all',
  zoom: undefined,
  page: 'traffic',
  lists: {},
  detail: undefined,
};

/** Returns the period that is shown: the part that the user selected, or all of it. */
export function shownPeriod({ period, zoom }: Pick<View, 'period' | 'zoom'>): Period {
  return zoom === undefined ? period : { kind: 'custom', ...zoom };
}

/** Choices that need no other figures than those that are loaded. */
const choicesOfTheSameFigures: ReadonlySet<string> = new Set(['shows', 'agents', 'paths', 'lists', 'detail']);

/** Reports whether a choice of the user needs other figures. */
export function needsFigures(chosen: Partial<View>): boolean {
  return Object.keys(chosen).some((name) => !choicesOfTheSameFigures.has(name));
}

/**
 * Returns the view after a choice. Details and pages of lists belong to the figures that are shown, and a selected part to
 * its period.
 */
export function viewAfter(view: View, chosen: Partial<View>): View {
  if (!needsFigures(chosen)) {
    const { failures: _failures, ...lists } = view.lists;
    if ('paths' in chosen) return { ...view, lists: onFirstPages(view.lists), ...chosen };
    return 'detail' in chosen ? { ...view, lists, ...chosen } : { ...view, ...chosen };
  }
  const isOfOtherCustomer = chosen.customer !== undefined && chosen.customer !== view.customer;
  const { customers } = view.lists;
  const lists = isOfOtherCustomer ? (customers === undefined ? {} : { customers }) : onFirstPages(view.lists);
  const zoom = 'period' in chosen ? undefined : view.zoom;
  return { ...view, detail: undefined, lists, zoom, ...chosen };
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
    page: parameters.get('show') === 'customers' ? 'customers' : 'traffic',
    lists: readLists(parameters),
    detail: readDetail(parameters.get('detail')),
  };
}

export function writeView(view: View): string {
  const { customer, period, unit, shows, agents, paths, zoom, page, lists, detail } = view;
  const parameters = new URLSearchParams();
  if (page === 'customers') parameters.set('show', page);
  if (customer !== undefined) parameters.set('customer', customer);
  if (period.kind === 'preset') {
    if (period.preset !== 'latest') parameters.set('period', period.preset);
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
  writeLists(lists, parameters);
  if (detail !== undefined) parameters.set('detail', writeDetail(detail));
  // This form is easier to read, and a query may contain a colon (RFC 3986, section 3.4).
  return `?${parameters.toString().replaceAll('%3A', ':')}`;
}

/** Describes the problem of a custom period, or returns `undefined`. */
export function problemOf(from: number, to: number): string | undefined {
  if (!Number.isFinite(from) || !Number.isFinite(to)) return 'Enter a start and an end.';
  if (from >= to) return 'The start must be before the end.';
  if (to - from > maxCustomDays * dayMilliseconds) return 'The longest period is ten years.';
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
