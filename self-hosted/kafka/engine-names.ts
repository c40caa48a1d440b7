/**
 * Programs that hand partials to the function `aggregate`: the event source of the role, a Flink job, or both. The list
 * stands alone because the checks of the settings read it where the packages of this folder are not installed.
 */
export const aggregateEngines = ['event-source', 'flink', 'both'] as const;

export type AggregateEngine = (typeof aggregateEngines)[number];
