import type { Config } from '../lib/config.ts';
import { createCountingRules, type CountingRules } from '../lib/domain/counting-rules.ts';
import { createVisitorMarks } from '../lib/domain/visitor-marks.ts';

/**
 * Makes the rules by which a pipeline with this configuration counts new batches.
 * @param visitorsSecret  that of the data directory, for a configuration that has none
 */
export function countingRulesOf(config: Config, visitorsSecret: string | undefined): CountingRules {
  const secret = config.visitorsSecret ?? visitorsSecret;
  const visitors = secret === undefined ? undefined : createVisitorMarks(secret);
  return createCountingRules(config.pathTemplates, config.pathQuery, visitors);
}
