import { encodeAnnouncement, encodeIntent } from '../../../lib/domain/announcement.ts';
import { windowsPrefix, type ObjectKey } from '../../../lib/domain/keys.ts';
import type { SimulatedGroup } from './group.ts';
import type { SimulatedTopic } from './topic.ts';
import type { Cluster } from './cluster.ts';

/** A minute of a customer that sends nothing. */
const damagedMinute = `${windowsPrefix('minute')}poison/2025/12/28/18/03.json` as ObjectKey;

/** Longer than the gap after which a watch starts again, and longer than a put may take. */
const lossMilliseconds = 12_000;

/** Creates acts that put poison on the topics, and lose records of them. */
export function createLosses(
  { scheduler, processes, operations, store, batches, insights, late, windows }: Cluster,
  all: readonly SimulatedGroup[],
) {
  const { chance } = scheduler;

  // Poison: intents, batches and minutes that nobody can read.
  function poison(): void {
    if (chance.happens(0.3)) {
      store.objects.set(damagedMinute, { body: Buffer.from('not a window'), etag: damagedMinute });
      windows.place({ key: damagedMinute, value: encodeAnnouncement(damagedMinute) });
      return;
    }
    const key = `batches/poison/k-${scheduler.stepsTaken}` as ObjectKey;
    if (chance.happens(0.5)) {
      batches.place({ key, value: Buffer.from('not an intent') });
      return;
    }
    store.objects.set(key, { body: Buffer.from('not a batch'), etag: key });
    batches.place({ key, value: encodeIntent({ key, isAfterLoss: false }) });
  }

  // Losses of records and the recovery from them: announce all stored batches again, and only then move the groups
  // on.
  let isLosing = false;
  async function lose(): Promise<void> {
    const groupsOf = (topic: SimulatedTopic) => all.filter((each) => each.topic === topic);
    // A loss of consumed records harms nobody.
    const waiting = [batches, insights, late, windows].filter((topic) =>
      groupsOf(topic).some(({ name }) => topic.waiting(name).length > 0),
    );
    const topic = waiting[chance.upTo(Math.max(1, waiting.length)) - 1];
    if (isLosing || topic === undefined) return;
    isLosing = true;
    const groups = groupsOf(topic);
    for (const partition of topic.partitions) partition.start = partition.records.length;
    await scheduler.sleep(lossMilliseconds);
    while (!(await announceAgain(topic === windows))) await scheduler.sleep(chance.upTo(1_000));
    for (const each of groups) for (const partition of topic.partitions) each.reset(partition);
    isLosing = false;
  }

  async function announceAgain(hasLostWindows: boolean): Promise<boolean> {
    const done = await processes.invoke('announce', async (process) => {
      const through = store.through(process, operations);
      const [prefix, target] = hasLostWindows ? [windowsPrefix('minute'), windows] : ['batches/', batches];
      const keys: ObjectKey[] = [];
      for await (const key of through.list(prefix)) keys.push(key);
      await target.append(
        keys.map((key) => ({
          key,
          value: hasLostWindows ? encodeAnnouncement(key) : encodeIntent({ key, isAfterLoss: true }),
        })),
        process,
      );
      return true;
    });
    return done === true;
  }

  return { poison, lose };
}
