import { windowsPrefix, type ObjectKey } from '../../../lib/domain/keys.ts';
import { aggregate } from '../../../lib/pipeline/aggregate/aggregate.ts';
import { rollUp } from '../../../lib/pipeline/roll-up/roll-up.ts';
import { foldingLimits } from '../../factories.ts';
import type { Cluster } from './cluster.ts';

/** Starts the roles that write windows; returns their groups. */
export function startCounting({ processes, insights, late, windows, portsOf, group }: Cluster) {
  const aggregates = (
    [
      ['aggregate', insights],
      ['aggregate-late', late],
    ] as const
  ).map(([name, topic]) =>
    group(
      name,
      topic,
      (records) =>
        processes.invoke('aggregate', async (process) => {
          const received = records.map(({ offset, key, value }) => ({
            stream: topic.name,
            partition: '0',
            sequenceNumber: String(offset),
            partitionKey: key,
            data: value,
          }));
          const options = { ...foldingLimits, windowsAtOnce: 4 };
          const { failed } = await aggregate(received, portsOf(process), options);
          return new Set(failed.map(({ record }) => Number(record.sequenceNumber)));
        }),
      { batchSize: 8 },
    ),
  );

  const rollUps = group(
    'roll-up',
    windows,
    (records) =>
      processes.invoke('rollUp', async (process) => {
        const notifications = records
          .filter(({ key }) => key.startsWith(windowsPrefix('minute')))
          .map(({ offset, key }) => ({ messageId: String(offset), key: key as ObjectKey }));
        const rolledUp = await rollUp(notifications, portsOf(process), {
          limits: foldingLimits,
          maxSeconds: 10,
        });
        const again = rolledUp.filter(
          ({ outcome }) => outcome.kind === 'failed' || outcome.kind === 'postponed',
        );
        return new Set(
          again.flatMap((window) => window.notifications.map(({ messageId }) => Number(messageId))),
        );
      }),
    { batchSize: 20 },
  );

  return { aggregates, rollUps };
}
