import type { ServedWindow, WindowReader } from '../../ports/window-reader.ts';

/** Stored windows read so far, or the most to read for a page. */
export interface ReadWork {
  windows: number;
  /** Bytes of their counts by path and by user agent, which are nearly all of them. */
  bytes: number;
}

/** Creates a reader that adds what it reads to `work`, so that a caller can stop. */
export function countingReader(
  reader: Pick<WindowReader, 'windows'>,
  work: ReadWork,
): Pick<WindowReader, 'windows'> {
  return {
    async *windows(range, atOnce) {
      for await (const window of reader.windows(range, atOnce)) {
        work.windows += 1;
        work.bytes += bytesOf(window);
        yield window;
      }
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
