import type { Report } from '../api/load-report.ts';
import type { AgentChoice } from './agent-groups.ts';
import type { Amounts } from './amounts.ts';

/**
 * Returns the report with the requests of the chosen agents alone. Only requests are counted by kind of agent: all other
 * amounts stay those of all agents.
 */
export function chooseAgents(report: Report, chosen: AgentChoice): Report {
  if (chosen === 'all') return report;
  const choose = <T extends Amounts>(amounts: T): T => ({
    ...amounts,
    requests: amounts.agents[chosen] ?? 0,
  });
  return {
    ...report,
    total: choose(report.total),
    buckets: report.buckets.map(choose),
    comparison: report.comparison && {
      total: choose(report.comparison.total),
      buckets: report.comparison.buckets.map(choose),
    },
  };
}

/** Reports whether any request was counted by kind of agent. */
export function tellsAgentsApart({ agents }: Amounts): boolean {
  return Object.keys(agents).length > 0;
}

/** Returns the number of requests that are in no group, because they were counted before there were groups. */
export function ungrouped({ requests, agents }: Amounts): number {
  return Object.values(agents).reduce((rest, grouped) => rest - grouped, requests);
}
