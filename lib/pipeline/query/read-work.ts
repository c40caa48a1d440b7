import type { DayReader, ServedWindow, WindowReader } from '../../ports/window-reader.ts';

/** Stored windows read so far, or the most to read for a page. */
export interface ReadWork {
  windows: number;
  /** Bytes of their counts by path and by user agent, which are nearly all of them. */
  bytes: number;
}

/** Reads windows of a range, and those that local days are composed of. */
export type RangeReader = Pick<WindowReader, 'windows' | 'dayReader'>;

/** Creates a reader that adds what it reads to `work`, so that a caller can stop. */
export function countingReader(reader: RangeReader, work: ReadWork): RangeReader {
  function count(window: ServedWindow): void {
    work.windows += 1;
    work.bytes += bytesOf(window);
  }
  const { dayReader } = reader;
  return {
    async *windows(range, atOnce) {
      for await (const window of reader.windows(range, atOnce)) {
        count(window);
        yield window;
      }
    },
    ...(dayReader && { dayReader: countingDayReader(dayReader, count) }),
  };
}

function countingDayReader(reader: DayReader, count: (window: ServedWindow) => void): DayReader {
  return {
    async days(at, atOnce) {
      const days = await reader.days(at, atOnce);
      for (const { day } of days.values()) count(day);
      return days;
    },
    async hours(at, atOnce) {
      const hours = await reader.hours(at, atOnce);
      for (const hour of hours.values()) count(hour);
      return hours;
    },
  };
}

/** Returns whether more was read than a page may. */
export function exceeds(work: ReadWork, most: Readonly<ReadWork>): boolean {
  return work.windows > most.windows || work.bytes > most.bytes;
}

function bytesOf({ counts }: ServedWindow): number {
  return counts.requestsByPath.json.length + counts.requestsByUserAgent.json.length;
}
