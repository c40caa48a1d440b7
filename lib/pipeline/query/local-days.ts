import type { MinuteRange } from '../../domain/completeness.ts';
import type { CustomerId } from '../../domain/customer-id.ts';
import type { DimensionField } from '../../domain/dimensions.ts';
import { daysOverlapping, partsOfPlan, planLocalDay, type DayParts } from '../../domain/local-day.ts';
import type { WindowStart } from '../../domain/window.ts';
import type { DayReader, WindowsAt } from '../../ports/window-reader.ts';
import { inGroups } from './in-groups.ts';
import { readGroups } from './read-groups.ts';

export interface LocalDaysOf {
  readonly customerId: CustomerId;
  readonly fields?: ReadonlySet<DimensionField> | undefined;
}

/** A local day; without parts where it has to be composed of hours. */
export interface LocalDay {
  readonly unit: MinuteRange;
  readonly parts: DayParts | undefined;
}

/** Local days that are read at once: with one hour on either side, 17 windows. */
const daysAtOnce = 8;

/**
 * Reads the parts of local days, in their order. Next to each other, two of them share the hours between them, so a year of a zone
 * that is one hour from UTC takes two windows for each day in place of 24.
 */
export async function* partsOfLocalDays(
  units: readonly MinuteRange[],
  { customerId, fields }: LocalDaysOf,
  reader: DayReader,
  atOnce: number,
): AsyncGenerator<LocalDay> {
  const read = async (group: readonly MinuteRange[]): Promise<readonly LocalDay[]> => {
    const at = (starts: Iterable<WindowStart>): WindowsAt => ({
      customerId,
      fields,
      starts: inOrder(starts),
    });
    const days = await reader.days(at(group.flatMap(daysOverlapping)), atOnce);
    const plans = group.map((unit) => planLocalDay(unit, days));
    const wanted = plans.flatMap((plan) => (plan ? [...plan.added, ...plan.subtracted] : []));
    const hours = await reader.hours(at(wanted.map(({ windowStart }) => windowStart)), atOnce);
    return group.map((unit, place) => {
      const plan = plans[place];
      return { unit, parts: plan && partsOfPlan(plan, hours) };
    });
  };
  for await (const groups of readGroups(inGroups(units, daysAtOnce), 2, read)) yield* groups.flat();
}

function inOrder(starts: Iterable<WindowStart>): WindowStart[] {
  return [...new Set(starts)].sort();
}
