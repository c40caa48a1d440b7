import type { AuditedCustomerIndexes } from '../../lib/pipeline/audit/audit-customer-indexes.ts';
import type { AuditedRollUps } from '../../lib/pipeline/audit/audit-roll-ups.ts';
import type { Audited } from '../../lib/pipeline/audit/audit.ts';
import type { AuditedRollUp, Finding } from '../../lib/pipeline/audit/findings.ts';
import type { RepairOutcome } from '../../lib/pipeline/audit/repair.ts';
import { counted } from '../counted.ts';
import { whole } from '../whole.ts';

/** Figures of a whole audit. */
export type AuditedAll = Audited & AuditedRollUps & AuditedCustomerIndexes;

/** The output of an audit. */
export interface Report {
  found(finding: Finding): void;
  repaired(outcome: RepairOutcome): void;
  /** Called after all findings; `unrepaired` counts what still differs. */
  finish(audited: AuditedAll, differences: number, unrepaired: number): void;
}

/** Maximum number of findings that are listed for people; the rest is only counted, so that memory stays bounded. */
const maxListed = 1_000;

/** Writes a line of JSON for each finding as it is found, and a last one for the whole. */
export function jsonReport(write: (line: string) => void): Report {
  const writeJson = (value: object) => write(`${JSON.stringify(value)}\n`);
  return {
    found: writeJson,
    repaired: writeJson,
    finish(figures, differences, unrepaired) {
      writeJson({ kind: 'audited', ...figures, differences, unrepaired: unrepaired });
    },
  };
}

/** Writes for people: everything at the end, so that it does not run into the progress bar. */
export function textReport(write: (text: string) => void): Report {
  const listed: string[] = [];
  let notListed = 0;
  const list = (text: string) => {
    if (listed.length < maxListed) listed.push(text);
    else notListed += 1;
  };
  return {
    found: (finding) => list(describe(finding)),
    repaired: (outcome) => list(describeRepair(outcome)),
    finish(audited, differences, unrepaired) {
      const { windows, rollUps, batches, customers, notAuditable, pending } = audited;
      const { pendingRollUps, pendingCustomers } = audited;
      const more = notListed === 0 ? [] : [`… and ${whole(notListed)} more; --json lists all of them`];
      const lines = [
        ...listed,
        ...more,
        `Read: ${counted(windows, 'minute')}, ${whole(rollUps)} hours and days, ${counted(customers, 'customer')} and ` +
          `${counted(batches, 'batch', 'batches')}.`,
        ...(pending === 0 ? [] : [`Not counted yet: ${counted(pending, 'partial')} of young batches.`]),
        ...(pendingRollUps === 0 ? [] : [`Not rolled up yet: ${whole(pendingRollUps)} hours and days.`]),
        ...(pendingCustomers === 0 ? [] : [`Not indexed yet: ${counted(pendingCustomers, 'customer')}.`]),
        ...(notAuditable === 0 ? [] : [`Not auditable: ${counted(notAuditable, 'window')}.`]),
        verdict(differences, unrepaired),
      ];
      write(`${lines.join('\n')}\n`);
    },
  };
}

function verdict(differences: number, unrepaired: number): string {
  if (differences === 0) return 'No differences.';
  const all = counted(differences, 'difference');
  if (unrepaired === 0) return `${all}, all repaired.`;
  const repaired = differences - unrepaired;
  return repaired === 0 ? `${all}.` : `${all}, ${whole(repaired)} repaired.`;
}

function describe(finding: Finding): string {
  switch (finding.kind) {
    case 'batch-unreadable':
    case 'window-unreadable':
    case 'index-unreadable':
    case 'tombstone-unreadable':
      return `UNREADABLE  ${finding.key}\n  ${finding.reason}`;
    case 'batch-disagrees':
      return [`DISAGREES   ${finding.key}`, ...finding.details].join('\n  ');
    case 'partials-missing': {
      const { partials, requests, batches } = finding;
      const heading = `MISSING     ${windowOf(finding)}: ${counted(requests, 'request')} in ${counted(partials, 'partial')}`;
      return [heading, ...batches, ...(partials > batches.length ? ['…'] : [])].join('\n  ');
    }
    case 'partials-foreign': {
      const { partials } = finding;
      return `FOREIGN     ${windowOf(finding)}: ${counted(partials, 'partial')} of no stored batch`;
    }
    case 'counts-differ':
      return [`DIFFERS     ${windowOf(finding)}`, ...finding.details].join('\n  ');
    case 'roll-up-missing':
      return `MISSING     ${rollUpOf(finding)}: ${counted(finding.requests, 'request')}`;
    case 'roll-up-differs':
      return [`DIFFERS     ${rollUpOf(finding)}`, ...finding.details].join('\n  ');
    case 'index-missing':
      return `MISSING     ${finding.key} in the index of customers: ${counted(finding.days, 'day')}`;
    case 'index-differs':
      return [`DIFFERS     ${finding.key} in the index of customers`, ...finding.details].join('\n  ');
    case 'index-left':
      return `LEFT OVER   ${finding.key} in the index of customers: there are no windows`;
    case 'model-differs':
      return `DIFFERS     ${finding.key} in ClickHouse`;
    case 'not-auditable': {
      const { partials } = finding;
      return `not auditable  ${windowOf(finding)}: the raw batches of ${counted(partials, 'partial')} are gone`;
    }
  }
}

function describeRepair(outcome: RepairOutcome): string {
  switch (outcome.kind) {
    case 'repaired':
      return `repaired      ${outcome.key}: ${counted(outcome.requests, 'request')}`;
    case 'indexed':
      return `repaired      ${outcome.key}`;
    case 'announced':
      return `announced     ${outcome.key}: ClickHouse gets it soon`;
    case 'removed':
      return `removed       ${outcome.key}: nothing is left that it is made of`;
    case 'not-repaired':
      return `NOT REPAIRED  ${outcome.key}: ${outcome.reason}`;
  }
}

function windowOf({ customerId, windowStart }: { customerId: string; windowStart: string }): string {
  return `${customerId} ${windowStart}`;
}

function rollUpOf({ customerId, windowSize, windowStart }: AuditedRollUp): string {
  return `${customerId} ${windowSize} of ${windowStart}`;
}
