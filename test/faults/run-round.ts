import { setTimeout as sleep } from 'node:timers/promises';
import type { Emulator } from '../e2e/emulator.ts';
import { auditData } from './audit-data.ts';
import { findMiscounts } from './find-miscounts.ts';
import { startLoad, type Load, type SentBatch } from './load.ts';
import { clockOffsetsOf, type Disturbance, type Life, type RoundPlan } from './plan-round.ts';
import { settle } from './settle.ts';

export interface RoundOptions {
  /** What its customers and batches are called: another name for each round on the same data. */
  readonly name: string;
  readonly persistentClients: number;
  readonly fleetingClients: number;
  /** How many batches the data directory has before the round. */
  readonly storedBefore: number;
}

export interface RoundOutcome {
  readonly sent: readonly SentBatch[];
  /** How many of them are stored. */
  readonly stored: number;
  /** What is not counted as it should be, in words; empty where everything is. */
  readonly problems: readonly string[];
}

const loadedModule = (name: string) => `--import ${new URL(`../e2e/${name}`, import.meta.url).href}`;
const modules = `${loadedModule('crash-at.mjs')} ${loadedModule('shifted-clock.mjs')}`;

/**
 * Lets clients send while faults happen to the emulator, then none, until everything that is stored is counted; compares
 * what is counted with what the clients were told, and has all of the data audited.
 * @param emulator  one that does not run; afterwards it does
 * @throws Error  it ended without a fault, or answered what it never should
 */
export async function runRound(
  emulator: Emulator,
  { lives, lastLife }: RoundPlan,
  options: RoundOptions,
): Promise<RoundOutcome> {
  const minutes = minutesNow();
  let load: Load | undefined;
  const startedLoad = () => (load ??= startLoad({ ...options, minutes, baseUrl: emulator.baseUrl }));
  try {
    for (const life of lives) await live(emulator, life, startedLoad);
    await emulator.start(environmentOf([lastLife.clockOffsetSeconds]));
    const running = startedLoad();
    await orDeath(emulator, running.reaches(running.accepted + lastLife.accepted));
    const sent = await orDeath(emulator, running.stop());
    const { stored, unsettled } = await orDeath(emulator, settle(emulator, sent));
    const miscounts = await findMiscounts(emulator.http, sent, stored, minutes);
    const audited = await auditData(emulator.dataDirectory, options.storedBefore + stored.size);
    return { sent, stored: stored.size, problems: [...unsettled, ...miscounts, ...audited] };
  } finally {
    load?.abandon();
  }
}

/** Two that are live, and two of long ago: so both streams have a part in it. */
function minutesNow(): readonly string[] {
  const minute = (ago: number) => `${new Date(Date.now() - ago * 60_000).toISOString().slice(0, 16)}:00Z`;
  return [minute(0), '2025-12-28T18:03:00Z', minute(1), '2025-12-28T18:04:00Z'];
}

async function live(emulator: Emulator, life: Life, startedLoad: () => Load): Promise<void> {
  const { disturbances, end } = life;
  const crash = end.kind === 'step' ? { CRASH_AT: end.step, CRASH_NTH: String(end.nth) } : {};
  try {
    await emulator.start(environmentOf(clockOffsetsOf(life), crash));
  } catch (error) {
    // The step can be one of those that make up for the fault before.
    if (end.kind === 'step' && (await emulator.ended).exitCode === null) return;
    throw error;
  }
  const load = startedLoad();
  const begun = load.accepted;
  for (const event of [...disturbances, { kind: 'end', after: end.after } as const]) {
    const isAlive = await Promise.race([
      load.reaches(begun + event.after).then(() => true),
      emulator.ended.then(() => false),
    ]);
    if (!isAlive && end.kind === 'step' && (await emulator.ended).exitCode === null) return;
    if (!isAlive) throw diedByItself(emulator);
    if (event.kind !== 'end') await disturb(emulator, event);
  }
  const { exitCode } = await emulator.end(end.kind === 'signal' ? end.signal : 'SIGKILL');
  const expected = end.kind === 'signal' && end.signal === 'SIGINT' ? 0 : null;
  if (exitCode !== expected) throw new Error(`The emulator ended with ${exitCode}.\n${emulator.output}`);
}

async function disturb(emulator: Emulator, event: Disturbance): Promise<void> {
  if (event.kind === 'clock') return emulator.signal('SIGUSR2');
  emulator.signal('SIGSTOP');
  await sleep(event.milliseconds); // this is what is done to it
  emulator.signal('SIGCONT');
}

/** @param clockOffsets  in seconds, one at first and one for each jump */
function environmentOf(clockOffsets: readonly number[], crash: Readonly<Record<string, string>> = {}) {
  return { NODE_OPTIONS: modules, CLOCK_OFFSETS: clockOffsets.join(','), ...crash };
}

async function orDeath<T>(emulator: Emulator, work: Promise<T>): Promise<T> {
  const death = emulator.ended.then((): never => {
    throw diedByItself(emulator);
  });
  return Promise.race([work, death]);
}

function diedByItself(emulator: Emulator): Error {
  return new Error(`The emulator ended by itself. It had written:\n${emulator.output}`);
}
