import { resolve } from 'node:path';
import { parseConfig } from '../lib/config.ts';
import { maxKeyTextBytes } from '../lib/domain/folding.ts';
import type { ObjectKey } from '../lib/domain/keys.ts';
import { auditCustomerIndexes } from '../lib/pipeline/audit/audit-customer-indexes.ts';
import { auditRollUps } from '../lib/pipeline/audit/audit-roll-ups.ts';
import type { AuditReporter } from '../lib/pipeline/audit/audit-ports.ts';
import { audit as auditMinutes } from '../lib/pipeline/audit/audit.ts';
import { differingWindows } from '../lib/pipeline/audit/differing-windows.ts';
import { repairCustomerIndexes } from '../lib/pipeline/audit/repair-customer-indexes.ts';
import { repairRollUps } from '../lib/pipeline/audit/repair-roll-ups.ts';
import { repair, type RepairReporter } from '../lib/pipeline/audit/repair.ts';
import { createRetention } from '../lib/pipeline/expire/retention.ts';
import { expiryOf } from './audit/raw-batches.ts';
import { openObjects, type AuditedObjects } from './audit/open-objects.ts';
import { auditDetails, auditOptions, auditOptionsOf, type AuditCommandOptions } from './audit/options.ts';
import { jsonReport, textReport } from './audit/report.ts';
import { NotSorted, SortedLines, type SortedLinesOptions } from './audit/sorted-lines.ts';
import { countingRulesOf } from './counting-rules.ts';
import { defineCommand, type CommandIo } from './define-command.ts';
import { failure } from './define-command/failures.ts';
import { complain } from './io.ts';
import { placeFailures } from './place-failures.ts';
import { showProgress } from './progress.ts';

/** Compares the served counts with the stored batches, and with `--repair` repairs them. */
export const audit = defineCommand({
  name: 'audit',
  summary:
    'Recomputes every minute from the stored raw batches, independently of the streams, every hour from its minutes, every ' +
    'day from its hours and the index of customers from all of them, and compares the results with the counts that the pipeline serves.',
  usage: [['[options]']],
  options: auditOptions,
  details: auditDetails,
  exitCodes: {
    0: 'no differences, or all of them repaired',
    1: 'differences',
    2:
      'wrong options, a customer without data, a data directory or a bucket that cannot be read, a full disk, or, for ' +
      '--repair, a directory that is in use',
    130: 'interrupted (143 by SIGTERM)',
  },
  failures: [...placeFailures, failure(NotSorted)],
  interrupted: 'What was repaired stays repaired, and nothing else was changed. Run the command again.',
  async run(given, io) {
    const options = auditOptionsOf(given, io.env);
    const objects = await openObjects(options.place, options.isRepair, io);
    try {
      return await auditObjects(options, objects, io);
    } finally {
      await objects.close();
    }
  },
});

/** Sorts the keys of differing windows in little memory: there are usually few. */
const spoolOfKeys: SortedLinesOptions = { maxGathered: 1024 * 1024 };
const stepNames = {
  windows: 'Minutes',
  batches: 'Batches',
  comparison: 'Comparing',
  hours: 'Hours',
  days: 'Days',
  customers: 'Customers',
} as const;

async function auditObjects(
  options: AuditCommandOptions,
  { reader: store, writer, readModel, visitorsSecret }: Omit<AuditedObjects, 'close'>,
  { stdout, stderr, env, clock, atEnd }: CommandIo,
): Promise<number> {
  const newSpool = (options?: SortedLinesOptions) => {
    const spool = new SortedLines(options);
    atEnd(() => spool.remove()); // it holds customers' data
    return spool;
  };
  const progress = showProgress(stderr);
  atEnd(() => progress.stop());
  const write = (text: string) => void stdout.write(text);
  const report = options.isJson ? jsonReport(write) : textReport(write);
  const pendingMilliseconds = options.pendingSeconds * 1_000;
  const pendingSince = clock.now().getTime() - pendingMilliseconds;
  // A date further in the future is a clock's fault and not young: it would be pending until then.
  const isPending = (storedAt: Date) =>
    storedAt.getTime() > pendingSince && storedAt.getTime() < clock.now().getTime() + pendingMilliseconds;
  const config = parseConfig(env);
  const { maxKeysPerDimension } = config;
  const rules = countingRulesOf(config, visitorsSecret);
  const spool = newSpool();
  const newDifferingWindows = () => differingWindows(newSpool(spoolOfKeys));
  const [minute, hour, day] = [newDifferingWindows(), newDifferingWindows(), newDifferingWindows()];
  const differing = { minute, hour, day };
  let differences = 0;
  const reporter: AuditReporter = {
    found(finding) {
      report.found(finding);
      if (finding.kind !== 'not-auditable') differences += 1;
    },
    begin: (step, total) => progress.begin(stepNames[step], total),
    done: () => progress.done(),
  };
  const { customerId } = options;
  const retention = createRetention(store, clock);
  const auditPorts = { store, spool, differing: minute, retention };
  const canHaveExpired = expiryOf(options.rawBatches, clock.now());
  const ofMinutes = await auditMinutes(
    auditPorts,
    { customerId, rules, isPending, canHaveExpired },
    reporter,
  );
  const rollUpOptions = { customerId, isPending, differing, retention };
  const ofRollUps = await auditRollUps(store, rollUpOptions, reporter);
  const customers = newDifferingWindows();
  const indexOptions = {
    customerId,
    isPending,
    differingWindows: differing,
    differing: customers,
    retention,
  };
  const ofCustomers = await auditCustomerIndexes(store, indexOptions, reporter);
  const modelKeys = (await readModel?.differing(customerId))?.keys ?? [];
  for (const key of modelKeys) reporter.found({ kind: 'model-differs', key });
  const audited = { ...ofMinutes, ...ofRollUps, ...ofCustomers };

  let unrepaired = differences;
  if (writer !== undefined) {
    const limits = { maxKeysPerDimension, maxKeyTextBytes };
    const ports = { store: writer, spool, clock, retention };
    const repaired = newSpool(spoolOfKeys);
    const repairedRollUps = newSpool(spoolOfKeys);
    const reportRepair: RepairReporter = (outcome, itsDifferences) => {
      report.repaired(outcome);
      if (outcome.kind !== 'not-repaired') unrepaired -= itsDifferences;
    };
    const reportMinute: RepairReporter = (outcome, itsDifferences) => {
      reportRepair(outcome, itsDifferences);
      if (outcome.kind !== 'not-repaired') repaired.add(outcome.key);
    };
    const { isRemovingForeign } = options;
    const { version: rulesVersion } = rules;
    await repair(minute, ports, { limits, rulesVersion, isPending, isRemovingForeign }, reportMinute);
    // The spool holds only keys.
    const repairedMinutes = () => repaired.sorted() as Iterable<ObjectKey>;
    const toRepair = { differing, repairedMinutes, isRemovingEmpty: isRemovingForeign };
    await repairRollUps(toRepair, ports, limits, (outcome, itsDifferences) => {
      reportRepair(outcome, itsDifferences);
      if (outcome.kind !== 'not-repaired') repairedRollUps.add(outcome.key);
    });
    const repairedWindows = [repaired.sorted(), repairedRollUps.sorted()];
    await repairCustomerIndexes(
      { differing: customers, repairedWindows, spool: newSpool(spoolOfKeys) },
      ports,
      reportRepair,
    );
  }
  if (writer !== undefined && readModel !== undefined && modelKeys.length > 0) {
    await readModel.announce(modelKeys);
    for (const key of modelKeys) report.repaired({ kind: 'announced', key });
    unrepaired -= modelKeys.length;
  }
  progress.stop();
  const isEmpty = audited.windows + audited.batches + audited.rollUps + audited.customers + differences === 0;
  if (customerId !== undefined && isEmpty) {
    complain({ stderr }, `There is no data of the customer ${customerId}. ${whereItLooked(options)}`);
    return 2;
  }
  report.finish(audited, differences, unrepaired);
  return unrepaired === 0 ? 0 : 1;
}

function whereItLooked({ place }: AuditCommandOptions): string {
  if (place.kind === 'cluster') return 'Check the name, S3_ENDPOINT and BUCKET_NAME.';
  return place.kind === 'local'
    ? `Check the name, and the data directory: ${resolve(place.dataDirectory)} (--data-dir names another).`
    : `Check the name, and the stage: ${place.stage} (--stage names another).`;
}
