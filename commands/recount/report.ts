import type { LeftAsItIs } from '../../lib/pipeline/recount/recount-ports.ts';
import { counted } from '../counted.ts';
import { whole } from '../whole.ts';

/** Figures of a whole recount. */
export interface RecountFigures {
  readonly windows: number;
  readonly recounted: number;
  /** Windows and batches that stay as they are. */
  readonly left: number;
  /** Partials of earlier rules that are not counted yet. */
  readonly waiting: number;
  readonly rulesVersion: string;
}

/** The output of a recount. */
export interface RecountReport {
  left(what: LeftAsItIs): void;
  finish(figures: RecountFigures): void;
}

/** Maximum number of windows that are listed for people; the rest is only counted, so that memory stays bounded. */
const maxListed = 1_000;

/** Writes a line of JSON for each window that stays as it is, and a last one for the whole. */
export function jsonReport(write: (line: string) => void): RecountReport {
  const writeJson = (value: object) => write(`${JSON.stringify(value)}\n`);
  return {
    left: writeJson,
    finish: (figures) => writeJson({ kind: 'recounted', ...figures }),
  };
}

/** Writes for people: everything at the end, so that it does not run into the progress bar. */
export function textReport(write: (text: string) => void): RecountReport {
  const listed: string[] = [];
  let notListed = 0;
  return {
    left(what) {
      if (listed.length < maxListed) listed.push(describe(what));
      else notListed += 1;
    },
    finish({ windows, recounted, left, waiting }) {
      const more = notListed === 0 ? [] : [`… and ${whole(notListed)} more; --json lists all of them`];
      const lines = [
        ...listed,
        ...more,
        `Read: ${counted(windows, 'minute')}, of which ${whole(recounted)} recounted.`,
        ...(left === 0 ? [] : [`Left as they are: ${whole(left)}.`]),
        ...(waiting === 0
          ? []
          : [
              `Not counted yet: ${counted(waiting, 'partial')} of earlier rules. Run the command again later.`,
            ]),
      ];
      write(`${lines.join('\n')}\n`);
    },
  };
}

function describe(what: LeftAsItIs): string {
  switch (what.kind) {
    case 'batches-gone':
      return `left as it is  ${what.key}: the raw batches of ${counted(what.partials, 'partial')} are gone`;
    case 'entries-differ':
      return `left as it is  ${what.key}: the current rules read other entries in ${counted(what.partials, 'partial')}`;
    case 'window-differs':
      return `DIFFERS        ${what.key}: it is not the sum of its batches; npm run audit -- --repair repairs it`;
    case 'window-unreadable':
    case 'batch-unreadable':
      return `UNREADABLE     ${what.key}\n  ${withoutKey(what.reason, what.key)}`;
  }
}

/** The reasons of objects that cannot be read begin with their keys. */
function withoutKey(reason: string, key: string): string {
  return reason.startsWith(`${key}: `) ? reason.slice(key.length + 2) : reason;
}
