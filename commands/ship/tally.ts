import { counted } from '../counted.ts';
import { minuteOfInstant } from '../../lib/domain/timestamp.ts';
import type { MinuteRange } from '../../client/counting-state.ts';
import type { Entry } from '../../client/contract.ts';
import type { SendOutcome } from '../../client/open-pipeline.ts';
import type { ReadLine } from './read-line.ts';
import { whole } from '../whole.ts';

/** A count of the outcomes of lines. */
export interface Tally {
  readonly lines: number;
  readonly skipped: number;
  /** Entries that were read and are not known to be counted. */
  readonly unsent: number;
  /** Entries that the pipeline has accepted, in this run or before. */
  readonly accepted: number;
  /** The minutes of these entries; `undefined` where there are none. */
  readonly range: MinuteRange | undefined;
  /** Logs that were read without understanding any line: the name, and the first line's reason. */
  readonly notUnderstood: readonly string[];
  /** True if some log has no status, or no user agent, in any of its entries. */
  readonly lacksFields: boolean;
  /** Notes that a log goes on under the earlier scheme. */
  readonly continued: (name: string) => void;
  /** Counts the lines of a log. */
  readonly log: (name: string) => (read: ReadLine) => void;
  readonly sent: (entries: readonly Entry[], outcome: SendOutcome, idempotencyKey: string) => void;
  /** The batches that the pipeline has accepted, in this run or before: their number, and the keys of the latest 10,000. */
  readonly batches: { readonly count: number; readonly keys: readonly string[] };
  /** Summarises the outcomes for people. */
  readonly summary: (seconds: number, isDryRun: boolean) => string;
}

/** Counts of one log. */
interface LogTally {
  readonly name: string;
  readonly understood: number;
  readonly unknown: number;
  readonly entries: number;
  readonly statuses: number;
  readonly userAgents: number;
}

const maxReasons = 5;
const maxKeys = 10_000;

export function createTally(): Tally {
  let lines = 0;
  let entries = 0;
  let skipped = 0;
  const sent = { accepted: 0, duplicate: 0, 'other-entries': 0 };
  const reasons: string[] = [];
  const logs: LogTally[] = [];
  const continued: string[] = [];
  let batches = 0;
  const keys: string[] = [];
  let [from, to] = [Infinity, -Infinity];
  const accepted = () => sent.accepted + sent.duplicate;
  const unsent = () => entries - accepted();

  return {
    get lines() {
      return lines;
    },
    get skipped() {
      return skipped;
    },
    get unsent() {
      return unsent();
    },
    get accepted() {
      return accepted();
    },
    get range() {
      return from < to ? { from, to } : undefined;
    },
    get batches() {
      return { count: batches, keys: keys.slice(-maxKeys) };
    },
    get notUnderstood() {
      return logs
        .filter(({ unknown, understood }) => unknown > 0 && understood === 0)
        .map(({ name }) => name);
    },
    get lacksFields() {
      return logs.some((log) => lackingIn(log).length > 0);
    },
    continued: (name) => void continued.push(name),
    log(name) {
      let lineNumber = 0;
      const log = { name, understood: 0, unknown: 0, entries: 0, statuses: 0, userAgents: 0 };
      logs.push(log);
      return (read) => {
        const isNew = read?.entry !== undefined || read?.isCounted !== true;
        if (isNew) {
          lines += 1;
          lineNumber += 1;
        }
        if (read === undefined) return;
        if (read.entry !== undefined) {
          entries += 1;
          log.understood += 1;
          log.entries += 1;
          if (read.hasStatus) log.statuses += 1;
          if (read.hasUserAgent) log.userAgents += 1;
          return;
        }
        skipped += 1;
        if (read.isUnderstood) log.understood += 1;
        else log.unknown += 1;
        if (reasons.length < maxReasons) reasons.push(`${name}:${lineNumber}  ${read.reason}`);
      };
    },
    sent(some, outcome, idempotencyKey) {
      sent[outcome] += some.length;
      if (outcome !== 'other-entries') {
        batches += 1;
        keys.push(idempotencyKey);
        if (keys.length >= 2 * maxKeys) keys.splice(0, maxKeys);
      }
      for (const { receivedAt } of some) {
        const minute = minuteOfInstant(receivedAt);
        if (minute === undefined) continue; // the pipeline would have refused it
        from = Math.min(from, minute);
        to = Math.max(to, minute + 1);
      }
    },
    summary(seconds, isDryRun) {
      const rows: (readonly [string, number])[] = [
        ['Lines read', lines],
        ...(isDryRun
          ? [['Entries that would be sent', entries] as const]
          : [
              ['Entries sent', sent.accepted] as const,
              ['Entries sent before', sent.duplicate] as const,
              ['Entries NOT sent', unsent()] as const,
            ]),
        ['Lines without an entry', lines - entries - skipped],
        ['Lines skipped', skipped],
      ];
      const shown = rows.filter(([name, count], row) => row < 2 || count > 0 || name === 'Lines skipped');
      const width = Math.max(...shown.map(([name]) => name.length));
      return [
        ...shown.map(([name, count]) => `${name.padEnd(width)}  ${whole(count).padStart(12)}`),
        ...reasons.map((reason) => `  ${reason}`),
        ...continued.map(
          (name) => `${name} goes on in the form in which an earlier version began to send it.`,
        ),
        ...logs.flatMap(({ name, ...log }) =>
          lackingIn(log).map(
            (what) => `${name}: none of ${counted(log.entries, 'entry', 'entries')} has a ${what}.`,
          ),
        ),
        ...(skipped > reasons.length ? [`  … and ${whole(skipped - reasons.length)} more`] : []),
        `In ${seconds.toFixed(1)} s, ${whole(lines / Math.max(seconds, 0.001))} lines/s.`,
      ].join('\n');
    },
  };
}

/** Names the fields that no entry of a log has. */
function lackingIn({ entries, statuses, userAgents }: Omit<LogTally, 'name'>): string[] {
  if (entries === 0) return [];
  return [...(statuses === 0 ? ['status'] : []), ...(userAgents === 0 ? ['user agent'] : [])];
}
