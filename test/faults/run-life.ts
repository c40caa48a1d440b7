import type { Emulator } from '../e2e/emulator.ts';
import { loading } from '../e2e/loaded-modules.ts';
import { disturb } from './disturb.ts';
import type { Load } from './load.ts';
import { settingsOf } from './path-rules.ts';
import { clockOffsetsOf, type Life } from './plan-round.ts';

export interface LifeOptions {
  /** Returns the clients; the first call starts them. */
  readonly startedLoad: () => Load;
  readonly faultFile: string;
}

/**
 * Runs the emulator from a start to its end by a fault, while clients send.
 * @throws Error  it ended without a fault, or a client got an answer that it must not get
 */
export async function runLife(
  emulator: Emulator,
  life: Life,
  { startedLoad, faultFile }: LifeOptions,
): Promise<void> {
  const { rules, disturbances, end } = life;
  const isKilledAtStep = async () => end.kind === 'step' && (await emulator.ended).exitCode === null;
  try {
    await emulator.start(environmentOf(life, faultFile));
  } catch (error) {
    // The step can be one of those that recover from the fault before.
    if (await isKilledAtStep()) return;
    throw error;
  }
  const load = startedLoad();
  const begun = load.answers.accepted;
  for (const event of [...disturbances, { kind: 'end', after: end.after } as const]) {
    const isAlive = await Promise.race([
      load.until(({ accepted }) => accepted >= begun + event.after).then(() => true),
      emulator.ended.then(() => false),
    ]);
    if (!isAlive && (await isKilledAtStep())) return;
    if (!isAlive) throw diedByItself(emulator);
    if (event.kind !== 'end') await disturb(event, { emulator, rules, load, faultFile });
  }
  const { exitCode } = await emulator.end(end.kind === 'signal' ? end.signal : 'SIGKILL');
  const expected = end.kind === 'signal' && end.signal === 'SIGINT' ? 0 : null;
  if (exitCode !== expected) throw new Error(`The emulator ended with ${exitCode}.\n${emulator.output}`);
}

export function diedByItself(emulator: Emulator): Error {
  return new Error(`The emulator ended by itself. It had written:\n${emulator.output}`);
}

/**
 * Returns the environment of a life, with what its faults need and nothing else. A life without an end is the last.
 */
export function environmentOf(
  life: Omit<Life, 'end'> & Partial<Pick<Life, 'end'>>,
  faultFile: string,
): Record<string, string> {
  const { rules, disturbances, end } = life;
  const isDiskFaulty = disturbances.some(({ kind }) => kind === 'disk');
  const crash = end?.kind === 'step' ? { CRASH_AT: end.step, CRASH_NTH: String(end.nth) } : undefined;
  const modules = [
    'shifted-clock.mjs',
    ...(crash === undefined ? [] : ['crash-at.mjs']),
    ...(isDiskFaulty ? ['faulty-disk.mjs'] : []),
  ];
  return {
    ...settingsOf(rules),
    CLOCK_OFFSETS: clockOffsetsOf(life).join(','),
    ...crash,
    ...(isDiskFaulty ? { FAULT_FILE: faultFile } : {}),
    ...loading(...modules),
  };
}
