import type { AgentChoice, AgentGroup } from '../figures/agent-groups.ts';
import type { Amounts } from '../figures/amounts.ts';
import { ungrouped } from '../figures/choose-agents.ts';
import { formatCount } from './format.ts';

export const agentGroupNames: Readonly<Record<AgentGroup, string>> = {
  people: 'People',
  bots: 'Bots',
  ai: 'AI',
  monitors: 'Monitors',
};

/** Names a group so that it fits after "of". */
export function whose(group: AgentGroup): string {
  return group === 'ai' ? 'AI' : agentGroupNames[group].toLowerCase();
}

const meanings: Readonly<Record<AgentGroup, string>> = {
  people: 'People are browsers and apps.',
  bots: 'Bots are crawlers, scanners, libraries such as curl, and agents that are not known.',
  ai: 'AI is crawlers and assistants of language models.',
  monitors: 'Monitors check whether a service is up.',
};

/** Explains what the choice of agents applies to; empty if it is all. */
export function describeAgents(chosen: AgentChoice, total: Amounts): string {
  if (chosen === 'all') return '';
  const unknown = ungrouped(total);
  const were = unknown === 1 ? 'request was' : 'requests were';
  return [
    meanings[chosen],
    'Only requests are counted by kind of agent: errors, durations, bytes, visitors and the lists are those of all.',
    ...(unknown > 0
      ? [`${formatCount(unknown)} ${were} counted before kinds were told apart, and are in none.`]
      : []),
  ].join(' ');
}
