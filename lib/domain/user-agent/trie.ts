import { symbolCount, symbolOf } from './symbols.ts';

/** Where no text goes on. */
export const nowhere = 0;
export const root = 1;

/** Texts as a tree of their symbols. `next[node * symbolCount + symbol]` is the node of a text with one symbol more. */
export interface Trie {
  readonly next: Uint16Array;
  readonly nodeOf: (text: string) => number;
}

export function createTrie(texts: Iterable<string>): Trie {
  const nodes: number[][] = [[], []];
  for (const text of texts) {
    let node = root;
    for (const character of text) {
      const children = (nodes[node] ??= []);
      node = children[symbolOf(character)] ??= nodes.push([]) - 1;
    }
  }
  const next = new Uint16Array(nodes.length * symbolCount);
  for (const [node, children] of nodes.entries()) {
    // The children alone: most places of these arrays are empty.
    for (const symbol of Object.keys(children))
      next[node * symbolCount + Number(symbol)] = children[Number(symbol)] ?? nowhere;
  }
  const nodeOf = (text: string): number => {
    let node = root;
    for (const character of text) node = next[node * symbolCount + symbolOf(character)] ?? nowhere;
    return node;
  };
  return { next, nodeOf };
}

/** A search for many texts at once. */
export interface LiteralSearch {
  /** `next[state * symbolCount + symbol]`: the state behind one symbol more, beginning at `root`. */
  readonly next: Uint16Array;
  /** By state: the texts that end here, as their index, the longest first. */
  readonly ending: readonly (readonly number[])[];
}

/**
 * Prepares the search for all places of `texts` in one pass, by Aho and Corasick: where a text does not go on, the search
 * does in the longest text that begins with what was read last.
 */
export function createLiteralSearch(texts: readonly string[]): LiteralSearch {
  const { next, nodeOf } = createTrie(texts);
  const ending: number[][] = Array.from({ length: next.length / symbolCount }, () => []);
  for (const [index, text] of texts.entries()) ending[nodeOf(text)]?.push(index);
  const fallback = new Uint16Array(ending.length).fill(root);
  const queue = [root];
  for (const node of queue) {
    const otherwise = fallback[node] ?? root;
    if (node !== root) ending[node]?.push(...(ending[otherwise] ?? []));
    for (let symbol = 0; symbol < symbolCount; symbol++) {
      const place = node * symbolCount + symbol;
      const child = next[place] ?? nowhere;
      const instead = node === root ? root : (next[otherwise * symbolCount + symbol] ?? root);
      if (child === nowhere) {
        next[place] = instead;
      } else {
        fallback[child] = instead;
        queue.push(child);
      }
    }
  }
  return { next, ending };
}
