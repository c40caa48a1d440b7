import type { ObjectKey } from '../../../lib/domain/keys.ts';
import { FirstSights } from '../../../lib/pipeline/verify/first-sights.ts';
import { isDone } from '../../../lib/pipeline/verify/is-done.ts';
import { ReEmissionTimes } from '../../../lib/pipeline/verify/re-emission-times.ts';
import { verify } from '../../../lib/pipeline/verify/verify.ts';
import { withAdmission } from '../../pipeline/with-admission.ts';
import { ofProcess } from '../of-process.ts';
import type { Process } from '../scheduler.ts';
import type { TopicRecord } from './topic.ts';
import { putMilliseconds, delaysMilliseconds, type Cluster } from './cluster.ts';

const verifyAfterMilliseconds = 2 * putMilliseconds;
const maxAttempts = 8;
const verifyOptions = {
  marginSeconds: 0, // a barrier decides
  lookAgainSeconds: 60,
  onlyEmitterSince: undefined,
  overdueSeconds: 900,
  maxSeconds: 15,
};

/** Starts `verify` on the topic of each delay; returns its groups. */
export function startVerifiers(cluster: Cluster) {
  const { laws, processes, batches, delayed, portsOf, group } = cluster;
  const sightsOf = ofProcess(() => new FirstSights());
  const reEmissionsOf = ofProcess(() => new ReEmissionTimes());
  const verifiers = [batches, ...delayed].map((topic, place) =>
    group(
      'verify',
      topic,
      (records) => processes.invoke('verify', (process) => verifyRecords(records, place, process)),
      { batchSize: 10, delayMilliseconds: delaysMilliseconds[place - 1] ?? verifyAfterMilliseconds },
    ),
  );

  /**
   * Looks at due records. Of those before the first one that must wait, it puts the unfinished ones on the next
   * topic.
   */
  async function verifyRecords(
    records: readonly TopicRecord[],
    place: number,
    process: Process,
  ): Promise<Set<number>> {
    const ports = {
      ...withAdmission(portsOf(process)),
      sights: sightsOf(process),
      reEmissions: reEmissionsOf(process),
    };
    const tickets = records.flatMap((record) => {
      const ticket = ticketOf(record);
      return ticket === undefined ? [] : [{ record, ticket }];
    });
    const notifications = tickets.map(({ record, ticket }) => ({
      messageId: String(record.offset),
      key: ticket.key,
      receiveCount: ticket.attempts + 1,
      firstReceivedAt: new Date(ticket.firstAt),
    }));
    const verified = await verify(notifications, ports, verifyOptions);
    const waiting = verified.filter(({ verdict }) => verdict.kind === 'waiting');
    const unproved = verified.filter((batch) => !isDone(batch, { clock: ports.clock, hasIntents: true }));
    const offsetsOf = (some: typeof verified) =>
      new Set(some.flatMap((batch) => batch.notifications.map(({ messageId }) => Number(messageId))));
    const stay = offsetsOf(waiting);
    const first = Math.min(Infinity, ...stay);
    const again = offsetsOf(unproved);
    const next = delayed[Math.min(place, delayed.length - 1)];
    const moved = tickets.filter(({ record: { offset } }) => again.has(offset) && offset < first);
    for (const { record, ticket } of moved) {
      if (ticket.attempts + 1 < maxAttempts) continue;
      again.delete(record.offset);
      if (!isPoison(ticket.key)) laws.unexpected('verify', `${ticket.key} became a dead letter`);
    }
    const onward = moved
      .filter(({ record }) => again.has(record.offset))
      .map(({ ticket: { key, firstAt, attempts } }) => ({
        key,
        value: Buffer.from(JSON.stringify({ key, firstAt, attempts: attempts + 1 })),
      }));
    if (next !== undefined && onward.length > 0) await next.append(onward, process);
    return stay;
  }

  return verifiers;
}

interface Ticket {
  readonly key: ObjectKey;
  readonly firstAt: number;
  readonly attempts: number;
}

/** Reads a record of a topic of `verify`, or an intent; `undefined` for one that nobody can read. */
function ticketOf({ value, appendedAt }: TopicRecord): Ticket | undefined {
  const text = value.toString();
  if (!text.startsWith('{')) return undefined;
  const fields = JSON.parse(text) as Partial<Ticket> & { readonly key: ObjectKey };
  return { key: fields.key, firstAt: fields.firstAt ?? appendedAt.getTime(), attempts: fields.attempts ?? 0 };
}

function isPoison(key: ObjectKey): boolean {
  return key.startsWith('batches/poison/');
}
