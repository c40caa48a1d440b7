/** A coarse kind of agent: the pipeline's classes of agents in four groups. */
export type AgentGroup = (typeof agentGroups)[number];

export const agentGroups = ['people', 'bots', 'ai', 'monitors'] as const;

/** The agents whose requests the page counts. */
export type AgentChoice = 'all' | AgentGroup;

const groupsOfClasses: Readonly<Record<string, AgentGroup>> = {
  browser: 'people',
  app: 'people',
  ai: 'ai',
  monitor: 'monitors',
};

/**
 * Returns the group of a class of agents. Everything else is a bot: crawlers, scanners, libraries, and agents that nothing
 * is known of, which rarely are people's.
 */
export function agentGroupOf(agentClass: string): AgentGroup {
  return Object.hasOwn(groupsOfClasses, agentClass) ? (groupsOfClasses[agentClass] ?? 'bots') : 'bots';
}
