import { maxLineBytes, type Line } from './input/split-lines.ts';

/** The start of a list: alone, as Azure's Event Hubs export it, or as a subscription of CloudWatch does. */
const list =
  /^(?:\[|\{\s{0,8}"records"\s{0,8}:\s{0,8}\[|\{"messageType":"DATA_MESSAGE",.*?"logEvents":\[)\s{0,8}(?=\{)/;
const separators = /[\s,]*/y;
const replacement = '\ufffd';

/**
 * Returns the lines that stand in a line: the objects of a list, or objects without a line feed between them, as Firehose
 * delivers those of CloudWatch. Together they have the bytes of the line, and each has the text of its object. A line with
 * one object stays as it is.
 */
export function elementsOf(line: Line): readonly Line[] {
  const { text } = line;
  if (text === undefined) return [line];
  const ranges = mayHaveElements(text) ? elementsIn(text) : [];
  // A list of one entry is read as it is.
  if (ranges.length === 0 || (ranges.length === 1 && text.startsWith('['))) {
    return [shortened(line)];
  }
  let end = line.start + line.nulls;
  return ranges.map(({ from, to }, place) => {
    const start = place === 0 ? line.start : end;
    const isLast = place === ranges.length - 1;
    end = isLast ? line.end : end + Buffer.byteLength(text.slice(ranges[place - 1]?.to ?? 0, to));
    const isTerminated = line.isTerminated || !isLast;
    const nulls = place === 0 ? line.nulls : 0;
    return shortened({ text: text.slice(from, to), nulls, isTerminated, start, end });
  });
}

/** Returns a line, without its text if that is too long. */
function shortened(line: Line): Line {
  const mayBeLong = line.end - line.start > maxLineBytes;
  return mayBeLong && Buffer.byteLength(line.text ?? '') > maxLineBytes ? { ...line, text: undefined } : line;
}

function mayHaveElements(text: string): boolean {
  const first = text.charAt(0);
  if (first !== '[' && first !== '{') return false;
  return !text.includes(replacement) && (text.includes('}{') || list.test(text));
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** Finds the objects of a text; none if it is one object without a list, has another form, or ends within an object. */
function elementsIn(text: string): Range[] {
  const all: Range[] = [];
  const wholes = objectsIn(text, 0);
  for (const whole of wholes) {
    const object = text.slice(whole.from, whole.to);
    const [start] = list.exec(object) ?? [];
    const listed = start === undefined ? [] : objectsIn(object, start.length);
    for (const { from, to } of listed) all.push({ from: whole.from + from, to: whole.from + to });
    if (listed.length === 0 && wholes.length > 1) all.push(whole);
  }
  return all;
}

/** Finds the objects from a place on, each behind the other, up to the end of their list or of the text. A list is one. */
function objectsIn(text: string, start: number): Range[] {
  const objects: Range[] = [];
  let depth = 0;
  let from = -1;
  for (let at = start; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"') {
      at = endOfText(text, at);
    } else if (character === '{' || character === '[') {
      if (depth === 0) from = at;
      depth += 1;
    } else if (character === '}' || character === ']') {
      depth -= 1;
      if (depth > 0) continue;
      objects.push({ from, to: at + 1 });
      separators.lastIndex = at + 1;
      separators.test(text);
      at = separators.lastIndex - 1;
      const next = text.charAt(separators.lastIndex);
      if (next === '' || next === ']') return objects;
      if (next !== '{') return [];
    }
  }
  return [];
}

/** Returns the place of the quote that ends a text, or the end of all. */
function endOfText(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
  }
  return text.length;
}
