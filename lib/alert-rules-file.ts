import { readFileSync } from 'node:fs';
import { parseAlertRules, type AlertRuleSet } from './domain/alerts/alert-rules.ts';

/**
 * Reads a file of alert rules. It is read once, at the start.
 * @throws InvalidAlertRules  the file is not valid; the message names the place
 * @throws Error              the file cannot be read
 */
export function readAlertRules(path: string): AlertRuleSet {
  return parseAlertRules(readFileSync(path, 'utf8'));
}
