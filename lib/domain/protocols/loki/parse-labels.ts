import type { Labels } from './pushed-entries.ts';

/** The labels of a stream are added to each of its entries; longer ones are left out, so that this stays cheap. */
const maxLength = 4_096;
const pair = /\s*([A-Za-z_][\w.]*)\s*=\s*("(?:[^"\\]|\\.)*"|`[^`]*`)\s*(?:,|(?=\}))/y;

/**
 * Parses the labels of a stream as Loki's clients write them: `{job="nginx", host="web-1"}`. Returns none for a text in
 * another form, since no entry needs them.
 */
export function parseLabels(text: string): Labels {
  const labels: Record<string, string> = {};
  if (!text.startsWith('{') || text.length > maxLength) return labels;
  pair.lastIndex = 1;
  for (let match = pair.exec(text); match !== null; match = pair.exec(text)) {
    const [, name = '', quoted = ''] = match;
    if (name !== '__proto__') labels[name] = unquote(quoted);
  }
  return labels;
}

/** Removes the quotes of Go; escapes other than those of a quote and a backslash stay as they are. */
function unquote(quoted: string): string {
  const inside = quoted.slice(1, -1);
  return quoted.startsWith('`') ? inside : inside.replaceAll(/\\(["\\])/g, '$1');
}
