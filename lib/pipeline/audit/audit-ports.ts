import type { CountingRules } from '../../domain/counting-rules.ts';
import type { CustomerId } from '../../domain/customer-id.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { Retention } from '../expire/retention.ts';
import type { DifferingWindows } from './differing-windows.ts';
import type { Finding } from './findings.ts';
import type { Spool } from './spool.ts';

export type ObjectReader = Pick<ObjectStore, 'get' | 'list'>;

export interface AuditPorts {
  readonly store: ObjectReader;
  /** A new one. */
  readonly spool: Spool;
  /** Receives the minutes that differ. */
  readonly differing: DifferingWindows;
  /** Windows that have expired are not looked at: some may be deleted. Without it no window expires. */
  readonly retention?: Retention;
}

export interface AuditOptions {
  /** Customer whose windows and batches are audited; `undefined` for all. */
  readonly customerId: CustomerId | undefined;
  readonly rules: CountingRules;
  /** Returns whether a batch stored at that time may still be on its way to its windows. */
  readonly isPending: (storedAt: Date) => boolean;
  /**
   * Returns whether a raw batch stored since then may have expired for another reason than that the pipeline deleted
   * it; `undefined` where that time is unknown. A partial that a window counts and no stored batch has is foreign where
   * none can have expired.
   */
  readonly canHaveExpired: (storedSince: Date | undefined) => boolean;
}

/** Receives the progress of work in steps. */
export interface ProgressReporter<Step> {
  /** Announces how much there is to do in a step; `done` is called for each unit. */
  begin(step: Step, total: number): void;
  done(): void;
}

/** Receives the findings and the progress of an audit. */
export interface AuditReporter extends ProgressReporter<AuditStep> {
  found(finding: Finding): void;
}

export type AuditStep = 'windows' | 'batches' | 'comparison' | 'hours' | 'days' | 'customers';
