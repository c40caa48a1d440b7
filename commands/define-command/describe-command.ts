import type { Option, Options } from './options.ts';

/** The parts of a command's help. */
export interface DescribedCommand {
  readonly name: string;
  /** The call, as the help shows it; by default that of a command of `log-analytics`. */
  readonly program?: string;
  /** One or two sentences. */
  readonly summary: string;
  /** The arguments after the command's name, one line for each way to use it, with an explanation where there are several. */
  readonly usage: readonly (readonly [line: string, explanation?: string])[];
  readonly options: Options;
  /** Paragraphs after the options. Their line breaks stay, and each line is wrapped as far in as it begins. */
  readonly details: readonly string[];
  readonly exitCodes: Readonly<Record<number, string>>;
}

const width = 100;
const helpOption = { shows: '', help: 'print this text', shownDefault: undefined, variable: undefined };

/**
 * Writes the help of a command.
 * @param program  the call of the command: `npm run ship --` or `log-analytics ship`
 */
export function describeCommand(command: DescribedCommand, program: string): string {
  const usage = table(
    command.usage.map(([line, explanation = '']) => [
      `${program}${line === '' ? '' : ` ${line}`}`,
      explanation,
    ]),
  );
  const options = Object.entries({ ...command.options, help: helpOption }).map(
    ([name, option]) =>
      [`--${name}${option.shows === '' ? '' : ` ${option.shows}`}`, explain(option)] as const,
  );
  const exitCodes = Object.entries(command.exitCodes).map(([code, meaning]) => [code, meaning] as const);
  return [
    paragraph(command.summary),
    usage,
    table(options),
    ...command.details.map(paragraph),
    `Exit codes:\n${table(exitCodes)}`,
  ].join('\n\n');
}

function explain({
  help,
  shownDefault,
  variable,
}: Pick<Option<unknown>, 'help' | 'shownDefault' | 'variable'>): string {
  const otherwise = [variable, shownDefault].filter((each) => each !== undefined && each !== '').join(' or ');
  return otherwise === '' ? help : `${help} (${otherwise})`;
}

/** Formats rows of two columns, indented; wraps the second. A first cell that is too long gets its own line. */
function table(rows: readonly (readonly [string, string])[]): string {
  const longest = Math.max(...rows.map(([first]) => first.length));
  const column = Math.min(longest, 44) + 4;
  return rows
    .map(([first, second]) => {
      if (second === '') return `  ${first}`;
      const lines = wrap(second, width - column).join(`\n${' '.repeat(column)}`);
      const isTooLong = first.length + 4 > column;
      return isTooLong
        ? `  ${first}\n${' '.repeat(column)}${lines}`
        : `  ${first.padEnd(column - 2)}${lines}`;
    })
    .join('\n');
}

function paragraph(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      const indent = ' '.repeat(/^ *(- )?/.exec(line)?.[0].length ?? 0);
      return wrap(line.slice(indent.length), width - indent.length)
        .map((part, index) => (index === 0 ? line.slice(0, indent.length) : indent) + part)
        .join('\n');
    })
    .join('\n');
}

function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
