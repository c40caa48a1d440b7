import { rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Emulator } from '../e2e/emulator.ts';
import { auditRunningData, findDeadLetters } from './audit-data.ts';
import { intrude } from './intrude.ts';
import type { Load } from './load.ts';
import type { PathRules } from './path-rules.ts';
import type { Disturbance } from './plan-round.ts';

/** The emulator that is disturbed, and its surroundings. */
export interface Disturbed {
  readonly emulator: Emulator;
  readonly rules: PathRules;
  readonly load: Load;
  /** The file from which `faulty-disk.mjs` reads its fault. */
  readonly faultFile: string;
}

/**
 * Causes a disturbance, and resolves when it is over; the emulator may die meanwhile.
 * @throws Error  the disturbance had a result that it must not have
 */
export async function disturb(event: Disturbance, disturbed: Disturbed): Promise<void> {
  const { emulator, rules } = disturbed;
  switch (event.kind) {
    case 'pause':
    case 'sleep':
      emulator.signal('SIGSTOP');
      await sleep(event.milliseconds); // the disturbance itself
      emulator.signal('SIGCONT');
      return;
    case 'clock':
      return emulator.signal('SIGUSR2');
    case 'disk':
      return breakDisk(event, disturbed);
    case 'intruder':
      return requireNone(await intrude(emulator));
    case 'readers': {
      const { dataDirectory } = emulator;
      const found = await Promise.all([
        auditRunningData(dataDirectory, rules),
        findDeadLetters(dataDirectory),
      ]);
      return requireNone(found.flat());
    }
  }
}

async function breakDisk(
  { fault, accepted, refused }: Disturbance & { readonly kind: 'disk' },
  { emulator, load, faultFile }: Disturbed,
): Promise<void> {
  const begun = { ...load.answers };
  // The emulator reads the file at any moment, and must never find half of it.
  await writeFile(`${faultFile}.new`, JSON.stringify(fault));
  await rename(`${faultFile}.new`, faultFile);
  try {
    const isOver = load.until(
      (now) => now.accepted >= begun.accepted + accepted || now.refused >= begun.refused + refused,
    );
    await Promise.race([isOver, emulator.ended]);
  } finally {
    await rm(faultFile);
  }
}

function requireNone(problems: readonly string[]): void {
  if (problems.length > 0) throw new Error(problems.join('\n'));
}
