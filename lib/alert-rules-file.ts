import { readFileSync } from 'node:fs';
import { InvalidConfig, type Config } from './config.ts';
import { parseAlertRules, type AlertRuleSet } from './domain/alerts/alert-rules.ts';
import { messageOf } from './message-of.ts';

/**
 * Reads the file of alert rules, once, at the start; returns `undefined` if none is configured.
 * @throws InvalidConfig  the file cannot be read, or is not valid; the message names the place
 */
export function readAlertRules({
  alertRulesFile: path,
}: Pick<Config, 'alertRulesFile'>): AlertRuleSet | undefined {
  if (path === undefined) return undefined;
  try {
    return parseAlertRules(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new InvalidConfig(`ALERT_RULES names ${path}, which cannot be used: ${messageOf(cause)}.`, {
      cause,
    });
  }
}
