import type { Report } from '../api/load-report.ts';
import { isOfChosenKind, type PathChoice } from '../figures/path-kinds.ts';
import { statusClassOf } from '../figures/errors.ts';
import { statusReason } from '../text/status-reasons.ts';
import { visibleText } from '../text/visible-text.ts';
import { create } from './elements.ts';
import { createRanking } from './ranking.ts';

/** Creates the tables of paths, agents and statuses; returns a function that shows a report in them. */
export function createRankings(): (report: Report, kind: PathChoice) => void {
  const paths = createRanking({ id: 'paths', none: 'No paths', rest: 'Other paths', label: pathLabel });
  const agents = createRanking({
    id: 'agents',
    none: 'No user agents',
    rest: 'Other user agents',
    label: (family) => [visibleText(family)],
  });
  const statuses = createRanking({
    id: 'statuses',
    none: 'No entry had a status',
    rest: 'No status',
    label: statusLabel,
    barClass: (status) => `c${statusClassOf(status)}`,
  });
  return ({ total }, kind) => {
    paths.show(
      total.topPaths.filter(({ key }) => isOfChosenKind(key, kind)),
      total.requests,
    );
    agents.show(total.topUserAgents, total.requests);
    statuses.show(total.topStatuses, total.requests);
  };
}

/** Formats a key of a path, which is the method, a space and the path. */
function pathLabel(key: string): readonly (string | Node)[] {
  const space = key.indexOf(' ');
  if (space === -1) return [create('span', 'path', visibleText(key))];
  const method = create('span', 'method', visibleText(key.slice(0, space)));
  return [create('span', 'path', method, ' ', visibleText(key.slice(space + 1)))];
}

function statusLabel(status: string): readonly (string | Node)[] {
  const reason = statusReason(status);
  const code = create('span', `code c${statusClassOf(status)}`, visibleText(status));
  return reason === '' ? [code] : [code, ' ', create('span', 'reason', reason)];
}
