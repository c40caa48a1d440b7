/** The command `npm run audit`; what it does and takes is said in `audit/options.ts`. */
import { parseConfig } from '../lib/config.ts';
import { createCountingRules } from '../lib/domain/counting-rules.ts';
import { maxKeyTextBytes } from '../lib/domain/folding.ts';
import type { ObjectKey } from '../lib/domain/keys.ts';
import { auditRollUps } from '../lib/pipeline/audit/audit-roll-ups.ts';
import { audit } from '../lib/pipeline/audit/audit.ts';
import type { AuditReporter } from '../lib/pipeline/audit/audit-ports.ts';
import { differingWindows } from '../lib/pipeline/audit/differing-windows.ts';
import { repairRollUps } from '../lib/pipeline/audit/repair-roll-ups.ts';
import { repair, type RepairReporter } from '../lib/pipeline/audit/repair.ts';
import { createRetention } from '../lib/pipeline/expire/retention.ts';
import type { Clock } from '../lib/ports/clock.ts';
import { expiryOf } from './audit/raw-batches.ts';
import { openObjects, type AuditedObjects } from './audit/open-objects.ts';
import { help, parseOptions, type AuditCommandOptions } from './audit/options.ts';
import { jsonReport, textReport } from './audit/report.ts';
import { SortedLines, type SortedLinesOptions } from './audit/sorted-lines.ts';
import { exitCodeOf } from './exit-code.ts';
import { showProgress } from './progress.ts';

const clock: Clock = { now: () => new Date() };
/** What differs is few lines as a rule. */
const spoolOfKeys: SortedLinesOptions = { maxGathered: 1024 * 1024 };
const stepNames = {
  windows: 'Minutes',
  batches: 'Batches',
  comparison: 'Comparing',
  hours: 'Hours',
  days: 'Days',
} as const;

process.exitCode = await exitCodeOf(main);

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2), process.env);
  if (options === undefined) {
    console.log(help);
    return 0;
  }
  const objects = await openObjects(options.place, options.isRepair, clock);
  try {
    return await run(options, objects);
  } finally {
    await objects.close();
  }
}

async function run(
  options: AuditCommandOptions,
  { reader: store, writer }: Pick<AuditedObjects, 'reader' | 'writer'>,
): Promise<number> {
  const spools: SortedLines[] = [];
  const newSpool = (options?: SortedLinesOptions) => {
    const spool = new SortedLines(options);
    spools.push(spool);
    return spool;
  };
  const progress = showProgress(process.stderr);
  const removeSpools = () => {
    for (const spool of spools) spool.remove();
  };
  const interrupt = () => {
    progress.stop();
    process.exit(130);
  };
  // However it ends, customers' data is not left lying about.
  process.once('exit', removeSpools).once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const write = (text: string) => void process.stdout.write(text);
    const report = options.isJson ? jsonReport(write) : textReport(write);
    const pendingMilliseconds = options.pendingSeconds * 1_000;
    const pendingSince = clock.now().getTime() - pendingMilliseconds;
    // What a clock has dated further into the future is not young: it would be pending until then.
    const isPending = (storedAt: Date) =>
      storedAt.getTime() > pendingSince && storedAt.getTime() < clock.now().getTime() + pendingMilliseconds;
    const { maxKeysPerDimension, pathTemplates, pathQuery } = parseConfig(process.env);
    const rules = createCountingRules(pathTemplates, pathQuery);
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
    const ofMinutes = await audit(auditPorts, { customerId, rules, isPending, canHaveExpired }, reporter);
    const rollUpOptions = { customerId, isPending, differing, retention };
    const audited = { ...ofMinutes, ...(await auditRollUps(store, rollUpOptions, reporter)) };

    let unmended = differences;
    if (writer !== undefined) {
      const limits = { maxKeysPerDimension, maxKeyTextBytes };
      const ports = { store: writer, spool, clock, retention };
      const mended = newSpool(spoolOfKeys);
      const told: RepairReporter = (outcome, itsDifferences) => {
        report.repaired(outcome);
        if (outcome.kind !== 'not-mended') unmended -= itsDifferences;
      };
      const toldOfMinute: RepairReporter = (outcome, itsDifferences) => {
        told(outcome, itsDifferences);
        if (outcome.kind !== 'not-mended') mended.add(outcome.key);
      };
      const { isRemovingForeign } = options;
      await repair(minute, ports, { limits, isPending, isRemovingForeign }, toldOfMinute);
      // Only keys were put there.
      const mendedMinutes = () => mended.sorted() as Iterable<ObjectKey>;
      const toRepair = { differing, mendedMinutes, isRemovingEmpty: isRemovingForeign };
      await repairRollUps(toRepair, ports, limits, told);
    }
    progress.stop();
    report.finish(audited, differences, unmended);
    return unmended === 0 ? 0 : 1;
  } finally {
    progress.stop();
    process.off('exit', removeSpools).off('SIGINT', interrupt).off('SIGTERM', interrupt);
    removeSpools();
  }
}
