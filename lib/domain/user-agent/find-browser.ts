import { browserPatterns, type Sequence, type Step } from './browser-patterns.ts';
import { isIn, symbolCount, symbolOf, wordCharacter } from './symbols.ts';
import { createLiteralSearch, root } from './trie.ts';

/** A text of a step, as the search finds it. */
interface Hit {
  readonly kind: 'text';
  readonly text: string;
  readonly step: Step;
  readonly then: Uint8Array;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  /** The place of its step in its sequence, of the sequence among all, and of the pattern among all. */
  readonly stepIndex: number;
  readonly sequence: number;
  readonly rank: number;
  /** Its own place among all steps. */
  readonly index: number;
  readonly name: Sequence['name'];
}

type Found = Hit | { readonly kind: 'lineEnd'; readonly text: string };

const lineEnd: Found = { kind: 'lineEnd', text: '\n' };
const { hits, sequences, steps } = listHits();
const { next, ending } = createLiteralSearch(hits.map(({ text }) => text));
const found: readonly (readonly Found[])[] = ending.map((indices) => indices.flatMap((index) => hits[index] ?? []));
const isEnding = Uint8Array.from(found, (those) => (those.length > 0 ? 1 : 0));

/** How far each sequence of patterns has come: so many of its steps, the last of which ended here, the first began there. */
const reached = new Uint8Array(sequences);
const ends = new Uint16Array(sequences);
const starts = new Uint16Array(sequences);
/** By step: before this place it cannot be. */
const notBefore = new Uint16Array(steps);

/**
 * What ua-parser-js calls the browser of an agent, in lower case; `undefined` where it knows none. It looks at the first
 * `length` symbols, and behind them is one that stands for the end. One pass: whatever the agent, each symbol takes a
 * step of the search, and each text that is found a look at what is around it.
 */
export function findBrowser(symbols: Uint8Array, length: number): string | undefined {
  reached.fill(0);
  notBefore.fill(0);
  let bestRank = Infinity;
  let bestStart = 0;
  let bestName: Sequence['name'] | undefined;
  let state = root;
  for (let at = 0; at < length; at++) {
    state = next[state * symbolCount + (symbols[at] ?? 0)] ?? root;
    if (isEnding[state] === 0) continue;
    for (const hit of found[state] ?? []) {
      if (hit.kind === 'lineEnd') {
        reached.fill(0);
        continue;
      }
      if (hit.rank > bestRank) continue;
      const { sequence, step } = hit;
      if (reached[sequence] !== hit.stepIndex) continue;
      const end = at + 1;
      let start = end - hit.text.length;
      if (!hit.isFirst && start < (ends[sequence] ?? 0) + (step.gap ?? 1)) continue;
      if (step.isWordStart === true && isIn(wordCharacter, symbols[start - 1] ?? 0)) continue;
      if (step.head !== undefined) start = step.head(symbols, start);
      if (start < 0) continue;
      const stepEnd = endOfStep(hit, symbols, end, length);
      if (stepEnd < 0) continue;
      if (hit.isFirst) starts[sequence] = start;
      if (!hit.isLast) {
        reached[sequence] = hit.stepIndex + 1;
        ends[sequence] = stepEnd;
        continue;
      }
      const firstStart = starts[sequence] ?? 0;
      if (hit.rank === bestRank && firstStart >= bestStart) continue;
      bestRank = hit.rank;
      bestStart = firstStart;
      bestName = hit.name;
    }
  }
  return typeof bestName === 'function' ? bestName(symbols, bestStart) : bestName;
}

/** Where a step ends whose text ends at `at`, or -1 where what has to follow it does not. */
function endOfStep({ step, then, index }: Hit, symbols: Uint8Array, at: number, length: number): number {
  let end = at;
  if (step.separator !== undefined) {
    if (isIn(step.separator, symbols[end] ?? 0)) end += 1;
  } else if (step.separators !== undefined) {
    while (isIn(step.separators, symbols[end] ?? 0)) end += 1;
  } else if (step.run !== undefined) {
    if (at < (notBefore[index] ?? 0)) return -1;
    while (isIn(step.run, symbols[end] ?? 0)) end += 1;
    const isRun = end > at && then.every((symbol, place) => symbols[end + place] === symbol);
    if (!isRun) {
      notBefore[index] = end;
      return -1;
    }
    end += then.length;
  } else if (step.tail !== undefined) {
    if (at < (notBefore[index] ?? 0)) return -1;
    end = step.tail(symbols, at, length);
    if (end >= 0) return end;
    notBefore[index] = -1 - end;
    return -1;
  }
  return step.next === undefined || isIn(step.next, symbols[end] ?? 0) ? end : -1;
}

function listHits(): { hits: readonly Found[]; sequences: number; steps: number } {
  const hits: Found[] = [lineEnd];
  let sequences = 0;
  let index = 0;
  for (const [rank, pattern] of browserPatterns.entries()) {
    for (const { steps, name } of pattern) {
      for (const [stepIndex, step] of steps.entries()) {
        const then = Uint8Array.from(step.then ?? '', symbolOf);
        const [isFirst, isLast] = [stepIndex === 0, stepIndex === steps.length - 1];
        for (const text of step.texts) {
          hits.push({ kind: 'text', text, step, then, isFirst, isLast, stepIndex, sequence: sequences, rank, index, name });
        }
        index += 1;
      }
      sequences += 1;
    }
  }
  return { hits, sequences, steps: index };
}
