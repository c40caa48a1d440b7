/** A text in single or double quotes, or a word. A text without an end fails. */
const token = /'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(\b(?:None|True|False)\b)/g;
const words: Readonly<Partial<Record<string, string>>> = { None: 'null', True: 'true', False: 'false' };
const escape = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))/g;
const controls: Readonly<Partial<Record<string, string>>> = { n: '\n', r: '\r', t: '\t', '0': '\0' };

/** Turns what Python writes for an object (`{'path': '/', 'user': None}`) into JSON. */
export function jsonOfPython(text: string): string {
  return text.replace(token, (_all, single?: string, double?: string, word?: string) =>
    word === undefined ? JSON.stringify(unescapePython(single ?? double ?? '')) : (words[word] ?? word),
  );
}

function unescapePython(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(escape, (_all, byte?: string, unit?: string, character?: string) => {
    const code = byte ?? unit;
    return code === undefined
      ? (controls[character ?? ''] ?? character ?? '')
      : String.fromCharCode(Number.parseInt(code, 16));
  });
}
