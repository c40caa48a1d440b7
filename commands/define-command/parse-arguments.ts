import { parseArgs } from 'node:util';
import { BadArguments } from '../command-line.ts';
import type { Options, Values } from './options.ts';
import { suggest } from './suggest.ts';

/** The arguments that a command accepts. */
export interface Arguments<O extends Options> {
  readonly options: O;
  /** The names of its actions, where it has any: the first word is one of them. */
  readonly actions: readonly string[];
  /** True keeps undeclared options, for another program. */
  readonly keepsUnknown: boolean;
}

/** A parsed command line. */
export interface Given<O extends Options> {
  readonly options: Values<O>;
  /** The first word where the command has actions. */
  readonly action: string | undefined;
  /** The words that are not options. */
  readonly words: readonly string[];
  /** Undeclared options with their values, unchanged. */
  readonly unknown: readonly string[];
}

/**
 * Reads a command line, and the environment variables of options that are missing in it.
 * @returns `'help'` for a call with `--help`
 * @throws BadArguments
 */
export function parseArguments<O extends Options>(
  argv: readonly string[],
  { options, actions, keepsUnknown }: Arguments<O>,
  env: Readonly<Record<string, string | undefined>>,
): Given<O> | 'help' {
  const names = new Map(
    Object.entries(options).flatMap(([name, { aliases }]) => [name, ...aliases].map((each) => [each, name])),
  );
  const known: Record<string, { type: 'boolean' | 'string'; short?: string }> = {
    help: { type: 'boolean', short: 'h' },
  };
  for (const [given, name] of names)
    known[given] = { type: options[name]?.kind === 'flag' ? 'boolean' : 'string' };
  const { tokens } = parseArgs({
    args: [...argv],
    options: known,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  if (tokens.some((token) => token.kind === 'option' && token.name === 'help')) return 'help';

  const texts = new Map<string, string[]>();
  const words: string[] = [];
  const unknown: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') {
      // The word after an option of another program is its value.
      const isValue = keepsUnknown && unknown.length > 0 && argv[token.index - 1] === unknown.at(-1);
      (isValue ? unknown : words).push(token.value);
    }
    if (token.kind !== 'option') continue;
    const name = names.get(token.name);
    if (name === undefined) {
      if (!keepsUnknown)
        throw new BadArguments(unknownOption(token.rawName, [...Object.keys(options), 'help']));
      unknown.push(token.inlineValue === true ? `${token.rawName}=${token.value}` : token.rawName);
      continue;
    }
    texts.set(name, [...(texts.get(name) ?? []), valueOf(token, options[name]?.kind === 'flag')]);
  }

  const action = actions.length > 0 ? words.shift() : undefined;
  if (action !== undefined && !actions.includes(action)) {
    throw new BadArguments(`There is no action "${action}".${suggest(action, actions)}`);
  }
  const used = action ?? actions[0];
  for (const name of texts.keys()) {
    if (options[name]?.actions?.includes(used ?? '') === false) {
      throw new BadArguments(`${used} does not take --${name}.`);
    }
  }
  const values = Object.entries(options).map(([name, option]) => {
    const given = texts.get(name);
    const set = option.variable === undefined ? undefined : env[option.variable];
    const isSet = given === undefined && set !== undefined && set !== '';
    if (isSet)
      return [name, option.read(option.kind === 'list' ? linesOf(set) : [set], option.variable ?? '')];
    return [name, option.read(given ?? [], `--${name}`)];
  });
  // The option of that name has read each value.
  return { options: Object.fromEntries(values) as Values<O>, action, words, unknown };
}

function valueOf(
  {
    rawName,
    value,
    inlineValue,
  }: { rawName: string; value?: string | undefined; inlineValue?: boolean | undefined },
  isFlag: boolean,
): string {
  if (isFlag) {
    if (value === undefined) return '';
    throw new BadArguments(`${rawName} takes no value.`);
  }
  if (value === undefined) throw new BadArguments(`${rawName} needs a value.`);
  if (inlineValue !== true && value.length > 1 && value.startsWith('-')) {
    throw new BadArguments(`${rawName} needs a value. Write ${rawName}=${value} if "${value}" is meant.`);
  }
  return value;
}

function unknownOption(rawName: string, names: readonly string[]): string {
  return `There is no option ${rawName}.${suggest(
    rawName,
    names.map((name) => `--${name}`),
  )}`;
}

/** Returns the values of a variable, which has one value a line. */
function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
