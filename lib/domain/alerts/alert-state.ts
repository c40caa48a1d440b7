import type { CustomerId } from '../customer-id.ts';
import type { WindowStart } from '../window.ts';
import { alertEventId, type AlertEvent, type AlertEventId } from './alert-event.ts';
import { alertKinds, mapAlertKinds, type AlertKind, type ResolveReason } from './alert-kinds.ts';
import type { AlertRules } from './alert-rules.ts';
import {
  judgeHour,
  noSilence,
  silenceWith,
  type HourToJudge,
  type Judgement,
  type Silence,
} from './judge-hour.ts';

/** An alert that is not resolved. */
export interface OpenAlert {
  readonly id: AlertEventId;
  /** The hour that raised it. */
  readonly windowStart: WindowStart;
  readonly since: WindowStart;
}

/** State of one kind between two hours. */
export interface KindState {
  readonly open: OpenAlert | undefined;
  /** Unusual hours in a row while no alert is open, and the first of them. */
  readonly unusualHours: number;
  readonly since: WindowStart | undefined;
  /** Usual hours in a row while an alert is open. */
  readonly usualHours: number;
  /** Hours in a row that could not be judged while an alert is open. */
  readonly unjudgedHours: number;
}

/** State of a customer's hours. */
export interface JudgedState {
  readonly kinds: Readonly<Record<AlertKind, KindState>>;
  readonly silence: Silence;
}

const quiet: KindState = {
  open: undefined,
  unusualHours: 0,
  since: undefined,
  usualHours: 0,
  unjudgedHours: 0,
};

/** The state before the first hour. */
export const nothingJudged: JudgedState = { kinds: mapAlertKinds(() => quiet), silence: noSilence };

/** An alert ends when no hour could be judged for a week: the customer has hardly any traffic any more. */
const maxUnjudgedHours = 168;

export interface JudgedHour {
  readonly customerId: CustomerId;
  readonly windowStart: WindowStart;
  readonly decidedAt: Date;
}

/** Judges one more hour, and returns what follows from it. The same hour and state give the same events. */
export function addHour(
  state: JudgedState,
  hour: HourToJudge,
  rules: AlertRules,
  judged: JudgedHour,
): { readonly state: JudgedState; readonly events: readonly AlertEvent[] } {
  const withSilence = { ...hour, silence: state.silence };
  const events: AlertEvent[] = [];
  const kinds = mapAlertKinds((kind) => {
    const judgement = judgeHour(kind, withSilence, rules);
    const next = nextKind(state.kinds[kind], judgement, rules[kind], rules.resolveHours, judged.windowStart);
    if (next.change !== undefined) {
      events.push(eventOf(kind, next.change, next.about, judgement, hour.counts.requests, judged));
    }
    if (next.change !== 'raised') return next.state;
    const id = alertEventId({ ...judged, kind, change: 'raised' });
    return { ...next.state, open: { ...next.about, id } };
  });
  return { state: { kinds, silence: silenceWith(withSilence) }, events };
}

/** Returns the open alerts, by their kinds. */
export function openAlerts({ kinds }: JudgedState): readonly (OpenAlert & { readonly kind: AlertKind })[] {
  return alertKinds.flatMap((kind) => {
    const { open } = kinds[kind];
    return open === undefined ? [] : [{ kind, ...open }];
  });
}

type NextKind =
  | { readonly change: undefined; readonly state: KindState }
  | { readonly change: 'raised'; readonly state: KindState; readonly about: Omit<OpenAlert, 'id'> }
  | { readonly change: ResolveReason; readonly state: KindState; readonly about: OpenAlert };

function nextKind(
  state: KindState,
  { verdict }: Judgement,
  rule: { readonly hours: number } | undefined,
  resolveHours: number,
  windowStart: WindowStart,
): NextKind {
  const { open } = state;
  if (open === undefined) {
    if (rule === undefined) return { change: undefined, state: quiet };
    // An hour that is not judged neither continues a row nor ends it: nights are between the hours of a shop.
    if (verdict === 'not judged') return { change: undefined, state };
    if (verdict !== 'unusual') return { change: undefined, state: quiet };
    const unusualHours = state.unusualHours + 1;
    const since = state.since ?? windowStart;
    if (unusualHours < rule.hours) return { change: undefined, state: { ...quiet, unusualHours, since } };
    return { change: 'raised', state: quiet, about: { windowStart, since } };
  }
  if (rule === undefined) return { change: 'switched-off', state: quiet, about: open };
  if (verdict === 'not judged') {
    const unjudgedHours = state.unjudgedHours + 1;
    if (unjudgedHours >= maxUnjudgedHours) return { change: 'not-judged', state: quiet, about: open };
    return { change: undefined, state: { ...state, unjudgedHours } };
  }
  const usualHours = verdict === 'usual' ? state.usualHours + 1 : 0;
  if (usualHours >= resolveHours) return { change: 'recovered', state: quiet, about: open };
  return { change: undefined, state: { ...quiet, open, usualHours } };
}

function eventOf(
  kind: AlertKind,
  change: 'raised' | ResolveReason,
  about: Omit<OpenAlert, 'id'> & { readonly id?: AlertEventId },
  { verdict: _verdict, ...figures }: Judgement,
  requests: number,
  { customerId, windowStart, decidedAt }: JudgedHour,
): AlertEvent {
  const named = {
    customerId,
    kind,
    windowStart,
    change: change === 'raised' ? change : ('resolved' as const),
  };
  return {
    id: alertEventId(named),
    ...named,
    since: about.since,
    ...(change !== 'raised' && { raisedId: about.id, reason: change }),
    requests,
    ...figures,
    decidedAt,
  };
}
