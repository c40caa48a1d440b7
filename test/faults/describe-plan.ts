import { describeDiskFault } from './disk-fault.ts';
import type { Disturbance, Ending, Life, RoundPlan } from './plan-round.ts';

/** Describes a plan in words, one phrase per life. */
export function describePlan({ oddBodiesSeed, lives, lastLife }: RoundPlan): string {
  const [first, ...later] = lives.map(describeLife);
  return [
    `odd bodies of seed ${oddBodiesSeed}`,
    ...(first === undefined ? [] : [`paths ${lives[0]?.rules}, ${first}`]),
    ...later.map((life, n) => `${upgrade(lives[n], lives[n + 1])}${life}`),
    `${upgrade(lives.at(-1), lastLife)}left alone`,
  ].join('; ');
}

function upgrade(before: Pick<Life, 'rules'> | undefined, after: Pick<Life, 'rules'> | undefined): string {
  return after === undefined || before?.rules === after.rules ? '' : `upgraded to paths ${after.rules}, `;
}

function describeLife({ clockOffsetSeconds, disturbances, end }: Life): string {
  const clock = clockOffsetSeconds === 0 ? [] : [clockAt(clockOffsetSeconds)];
  const between = disturbances.map((each) => `${describeDisturbance(each)} after ${each.after}`);
  return [...clock, ...between, describeEnding(end)].join(', ');
}

function describeDisturbance(event: Disturbance): string {
  switch (event.kind) {
    case 'pause':
      return `paused ${event.milliseconds} ms`;
    case 'sleep':
      return `asleep ${event.milliseconds} ms`;
    case 'clock':
      return clockAt(event.offsetSeconds);
    case 'disk': {
      const { fault, accepted, refused } = event;
      return `${describeDiskFault(fault)} (for ${accepted} accepted or ${refused} refused)`;
    }
    case 'intruder':
      return 'a second emulator';
    case 'readers':
      return 'audit and dead letters';
  }
}

function describeEnding(end: Ending): string {
  return end.kind === 'signal' ? `${end.signal} after ${end.after}` : `dies ${end.step} (no. ${end.nth})`;
}

function clockAt(offsetSeconds: number): string {
  if (offsetSeconds === 0) return 'clock right';
  return `clock ${Math.abs(offsetSeconds)} s ${offsetSeconds < 0 ? 'behind' : 'ahead'}`;
}
