import { browserPatterns, type Sequence, type Step } from './browser-patterns.ts';
import { isIn, symbolCount, symbolOf, wordCharacter } from './symbols.ts';
import { createLiteralSearch, root } from './trie.ts';

/** A text of a step, as the search finds it. All have all fields, so that reading one takes a nanosecond. */
interface Hit {
  readonly length: number;
  /** Number of its pattern: the lowest one decides. */
  readonly rank: number;
  /** Number of its sequence. */
  readonly sequence: number;
  /** Number of its step in the sequence. */
  readonly stepIndex: number;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly name: Sequence['name'];
  /** Number of its step among all. */
  readonly step: number;
  readonly gap: number;
  readonly isWordStart: boolean;
  readonly head: Step['head'];
  readonly tail: Step['tail'];
  /** Sets of symbols, as in a step; 0 for none. */
  readonly separator: number;
  readonly separators: number;
  readonly run: number;
  readonly runEnd: readonly number[];
  readonly next: number;
}

const { texts, hits, sequenceCount, stepCount } = listHits();
const lineEnd = texts.length;
const { next: nextState, ending } = createLiteralSearch([...texts, '\n']);
const noHits: readonly Hit[] = [];
/** Texts that end in a state. */
const hitsAt = ending.map((indices) => indices.flatMap((index) => hits[index] ?? []));
const isLineEnd = Uint8Array.from(ending, (indices) => (indices.includes(lineEnd) ? 1 : 0));
const isEnding = Uint8Array.from(ending, (indices) => (indices.length > 0 ? 1 : 0));

/** Progress of each sequence, in steps. The first step began at `starts`, the last one ended at `ends`. */
const reached = new Uint8Array(sequenceCount);
const starts = new Uint16Array(sequenceCount);
const ends = new Uint16Array(sequenceCount);
/** For each step, the place before which none of its texts can end. */
const notBefore = new Uint16Array(stepCount);
/** True if parts of the state must be cleared before the next agent. */
let isUsed = false;

/**
 * Returns ua-parser-js's name of an agent's browser, in lower case; `undefined` if it knows none. It looks at the
 * first `length` symbols, which one for the end follows. It needs one pass: for any agent, each symbol takes one step
 * of the search, and each text that is found a look at its surroundings.
 */
export function findBrowser(symbols: Uint8Array, length: number): string | undefined {
  if (isUsed) {
    reached.fill(0);
    notBefore.fill(0);
    isUsed = false;
  }
  let bestRank = browserPatterns.length;
  let bestStart = 0;
  let bestName: Sequence['name'] | undefined;
  /** True if some sequence has made progress in this line. */
  let hasBegun = false;
  let state = root;
  for (let at = 0; at < length; at++) {
    state = nextState[state * symbolCount + (symbols[at] ?? 0)] ?? root;
    if (isEnding[state] === 0) continue;
    if (isLineEnd[state] === 1 && hasBegun) {
      reached.fill(0);
      hasBegun = false;
    }
    for (const hit of hitsAt[state] ?? noHits) {
      if (hit.rank > bestRank) continue;
      const { sequence } = hit;
      if (reached[sequence] !== hit.stepIndex) continue;
      let start = at + 1 - hit.length;
      if (!hit.isFirst && start < (ends[sequence] ?? 0) + hit.gap) continue;
      if (hit.isWordStart && start > 0 && isIn(wordCharacter, symbols[start - 1] ?? 0)) continue;
      if (hit.head !== undefined) start = hit.head(symbols, start);
      if (start < 0) continue;
      const firstStart = hit.isFirst ? start : (starts[sequence] ?? 0);
      if (hit.rank === bestRank && firstStart >= bestStart) continue;
      const end = endOfStep(hit, symbols, at + 1, length);
      if (end < 0) continue;
      if (!hit.isLast) {
        isUsed = true;
        hasBegun = true;
        starts[sequence] = firstStart;
        reached[sequence] = hit.stepIndex + 1;
        ends[sequence] = end;
        continue;
      }
      bestRank = hit.rank;
      bestStart = firstStart;
      bestName = hit.name;
    }
  }
  return typeof bestName === 'function' ? bestName(symbols, bestStart) : bestName;
}

/** Returns the end of a step whose text ends at `at`, or -1 if what follows does not match. */
function endOfStep(hit: Hit, symbols: Uint8Array, at: number, length: number): number {
  let end = at;
  if (hit.run !== 0 || hit.tail !== undefined) {
    if (at < (notBefore[hit.step] ?? 0)) return -1;
    end = hit.tail === undefined ? endOfRun(hit, symbols, at) : hit.tail(symbols, at, length);
    if (end < 0) {
      isUsed = true;
      notBefore[hit.step] = -1 - end;
      return -1;
    }
  } else if (hit.separator !== 0) {
    if (isIn(hit.separator, symbols[end] ?? 0)) end += 1;
  } else if (hit.separators !== 0) {
    while (isIn(hit.separators, symbols[end] ?? 0)) end += 1;
  }
  return hit.next === 0 || isIn(hit.next, symbols[end] ?? 0) ? end : -1;
}

/** Returns the end of the run with the text after it, like a `Tail`. */
function endOfRun({ run, runEnd }: Hit, symbols: Uint8Array, at: number): number {
  let end = at;
  while (isIn(run, symbols[end] ?? 0)) end += 1;
  if (end === at) return -1 - end;
  for (let place = 0; place < runEnd.length; place++) {
    if (symbols[end + place] !== runEnd[place]) return -1 - end;
  }
  return end + runEnd.length;
}

function listHits(): { texts: string[]; hits: Hit[]; sequenceCount: number; stepCount: number } {
  const texts: string[] = [];
  const hits: Hit[] = [];
  let sequence = 0;
  let stepCount = 0;
  for (const [rank, pattern] of browserPatterns.entries()) {
    for (const { steps, name } of pattern) {
      for (const [stepIndex, step] of steps.entries()) {
        for (const text of step.texts) {
          texts.push(text);
          hits.push({
            length: text.length,
            rank,
            sequence,
            stepIndex,
            isFirst: stepIndex === 0,
            isLast: stepIndex === steps.length - 1,
            name,
            step: stepCount,
            gap: step.gap ?? 1,
            isWordStart: step.isWordStart ?? false,
            head: step.head,
            tail: step.tail,
            separator: step.separator ?? 0,
            separators: step.separators ?? 0,
            run: step.run ?? 0,
            runEnd: Array.from(step.runEnd ?? '', symbolOf),
            next: step.next ?? 0,
          });
        }
        stepCount += 1;
      }
      sequence += 1;
    }
  }
  return { texts, hits, sequenceCount: sequence, stepCount };
}
