import { differingWindows, type DifferingBySize } from '../../../lib/pipeline/audit/differing-windows.ts';
import type { Spool } from '../../../lib/pipeline/audit/spool.ts';

export function inMemorySpool(): Spool {
  const lines: string[] = [];
  return {
    add: (line) => void lines.push(line),
    get lines() {
      return lines.length;
    },
    sorted: () => [...lines].sort(),
  };
}

/** Creates empty collections for each size. */
export function noneDiffering(): DifferingBySize {
  const none = () => differingWindows(inMemorySpool());
  return { minute: none(), hour: none(), day: none() };
}
