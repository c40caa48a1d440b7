import { parseSync, Visitor } from 'oxc-parser';

/** A text that a person reads, with the line on which it starts. */
export interface Text {
  readonly kind: 'docstring' | 'comment' | 'message' | 'prose';
  readonly line: number;
  readonly text: string;
}

/**
 * Reads the texts of a file: comments and string literals of a program, the prose of a Markdown file, and the whole
 * text of other files, such as YAML and HTML.
 * @throws SyntaxError  a program that cannot be parsed
 */
export function readTexts(path: string, content: string): Text[] {
  if (/\.[cm]?[jt]s$/.test(path)) return readProgram(path, content);
  if (path.endsWith('.md')) return [{ kind: 'prose', line: 1, text: withoutCode(content) }];
  return [{ kind: 'prose', line: 1, text: content }];
}

function readProgram(path: string, content: string): Text[] {
  const { program, comments, errors } = parseSync(path, content);
  const [error] = errors;
  if (error !== undefined) throw new SyntaxError(`${path}: ${error.message}`);

  const lineAt = lineFinder(content);
  const texts: Text[] = [];
  let previous: { end: number; text: string } | undefined;
  for (const { type, value, start, end } of comments) {
    if (type === 'Block') {
      const kind = value.startsWith('*') ? 'docstring' : 'comment';
      const text = value.replace(/^\*/, '').replaceAll(/^\s*\* ?/gm, '');
      texts.push({ kind, line: lineAt(start), text });
      previous = undefined;
    } else if (previous !== undefined && content.slice(previous.end, start).trim() === '') {
      // A sentence may go on in the next line, so lines that follow each other are one text.
      const last = texts.at(-1);
      if (last !== undefined) texts[texts.length - 1] = { ...last, text: `${last.text}\n${value}` };
      previous = { end, text: value };
    } else {
      texts.push({ kind: 'comment', line: lineAt(start), text: value });
      previous = { end, text: value };
    }
  }
  new Visitor({
    Literal(node) {
      if (typeof node.value === 'string') {
        texts.push({ kind: 'message', line: lineAt(node.start), text: node.value });
      }
    },
    TemplateElement(node) {
      texts.push({ kind: 'message', line: lineAt(node.start), text: node.value.cooked ?? node.value.raw });
    },
  }).visit(program);
  return texts;
}

/** Blanks fenced blocks and inline code, which hold names rather than prose, and keeps the lines. */
function withoutCode(markdown: string): string {
  const blank = (code: string): string => code.replaceAll(/[^\n]/g, ' ');
  return markdown
    .replaceAll(/^( *)(`{3,}|~{3,}).*\n[^]*?^\1\2 *$/gm, blank)
    .replaceAll(/(`+)(?!`)[^]*?[^`]\1(?!`)/g, blank);
}

function lineFinder(content: string): (offset: number) => number {
  const starts = [0];
  for (let at = content.indexOf('\n'); at !== -1; at = content.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    const next = starts.findIndex((start) => start > offset);
    return next === -1 ? starts.length : next;
  };
}
