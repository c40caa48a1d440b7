import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Emulator } from '../e2e/emulator.ts';
import { auditData, findDeadLetters } from './audit-data.ts';
import { findMiscounts } from './find-miscounts.ts';
import { findOddMiscounts } from './find-odd-miscounts.ts';
import { startLoad, type Load } from './load.ts';
import { startOddBodies, type SentOddBody } from './odd-bodies.ts';
import type { Senders } from './senders.ts';
import type { PathRules } from './path-rules.ts';
import type { RoundPlan } from './plan-round.ts';
import { diedByItself, environmentOf, runLife } from './run-life.ts';
import type { SentBatch } from './sent-batch.ts';
import { settle } from './settle.ts';

export interface RoundOptions {
  /** Prefix of the round's customers and batches; different for each round on the same data. */
  readonly name: string;
  readonly persistentClients: number;
  readonly fleetingClients: number;
  /** Number of batches in the data directory before the round. */
  readonly storedBefore: number;
}

export interface RoundOutcome {
  /** Batches sent, without those of the client of odd bodies. */
  readonly sent: readonly SentBatch[];
  readonly oddBodies: number;
  /** Number of stored batches of both kinds. */
  readonly stored: number;
  /** Problems of the counts, in words; empty if there are none. */
  readonly problems: readonly string[];
}

/** All clients of a round. */
interface Clients {
  readonly load: Load;
  readonly odd: Senders<SentOddBody>;
}

/**
 * Lets clients send while faults happen to the emulator, then without faults until everything stored is counted;
 * compares the counts with the clients' answers, and audits all data.
 * @param emulator  must not run at first; runs afterwards
 * @throws Error  it ended without a fault, or gave an answer that it must never give
 */
export async function runRound(
  emulator: Emulator,
  { oddBodiesSeed, lives, lastLife }: RoundPlan,
  options: RoundOptions,
): Promise<RoundOutcome> {
  const minutes = minutesNow();
  const directory = await mkdtemp(join(tmpdir(), 'log-analytics-fault-'));
  const faultFile = join(directory, 'fault.json');
  let clients: Clients | undefined;
  const started = (rules: PathRules): Clients => {
    if (clients !== undefined) return clients;
    const { baseUrl } = emulator;
    const load = startLoad({ ...options, minutes, baseUrl, rules });
    clients = { load, odd: startOddBodies(load, { ...options, baseUrl, seed: oddBodiesSeed }) };
    return clients;
  };
  try {
    const unhandled: string[] = [];
    for (const life of lives) {
      clients?.load.upgrade(life.rules);
      await runLife(emulator, life, { startedLoad: () => started(life.rules).load, faultFile });
      unhandled.push(...findUnhandled(emulator));
    }
    const { rules } = lastLife;
    clients?.load.upgrade(rules);
    await emulator.start(environmentOf({ ...lastLife, disturbances: [] }, faultFile));
    const { load, odd } = started(rules);
    const enough = load.answers.accepted + lastLife.accepted;
    await orDeath(
      emulator,
      load.until(({ accepted }) => accepted >= enough),
    );
    const sent = await orDeath(emulator, load.stop());
    const sentOdd = await orDeath(emulator, odd.stop());
    const { stored, unsettled } = await orDeath(emulator, settle(emulator, [...sent, ...sentOdd]));
    const isStored = (batch: { readonly batchId: string }) => stored.has(batch.batchId);
    const { http, dataDirectory } = emulator;
    const problems = [
      ...unsettled,
      ...(await findMiscounts(http, sent, new Set(sent.filter(isStored)), minutes)),
      ...(await findOddMiscounts(http, sentOdd, new Set(sentOdd.filter(isStored)))),
      ...(await auditData(dataDirectory, rules, options.storedBefore + stored.size)),
      ...(await findDeadLetters(dataDirectory)),
      ...unhandled,
      ...findUnhandled(emulator),
    ];
    return { sent, oddBodies: sentOdd.length, stored: stored.size, problems };
  } finally {
    clients?.load.abandon();
    clients?.odd.abandon();
    await rm(directory, { recursive: true });
  }
}

/** Returns two live minutes and two of long ago, so that both streams take part. */
function minutesNow(): readonly string[] {
  const minute = (ago: number) => `${new Date(Date.now() - ago * 60_000).toISOString().slice(0, 16)}:00Z`;
  return [minute(0), '2025-12-28T18:03:00Z', minute(1), '2025-12-28T18:04:00Z'];
}

/**
 * Finds unhandled rejections in the output of its latest life; they would end a process that does not listen for
 * them.
 */
function findUnhandled({ output }: Emulator): string[] {
  return output.split('\n').filter((line) => line.includes('A rejection was not handled'));
}

async function orDeath<T>(emulator: Emulator, work: Promise<T>): Promise<T> {
  const death = emulator.ended.then((): never => {
    throw diedByItself(emulator);
  });
  return Promise.race([work, death]);
}
