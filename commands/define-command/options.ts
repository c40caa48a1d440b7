import { BadArguments } from '../command-line.ts';

/** An option of a command. Its name is the key of its declaration. */
export interface Option<T> {
  /** A flag has no value; a list may be given several times. */
  readonly kind: 'flag' | 'value' | 'list';
  /** The placeholder of the value in the help, such as `<url>`. */
  readonly shows: string;
  readonly help: string;
  /** The default value, as the help shows it. */
  readonly shownDefault: string | undefined;
  /** The environment variable that replaces a missing option. */
  readonly variable: string | undefined;
  /** Former names, which the help does not show. */
  readonly aliases: readonly string[];
  /** The actions that take it; `undefined`: all of them. */
  readonly actions: readonly string[] | undefined;
  /**
   * Makes a value from the given texts; the list is empty where the option is missing.
   * @param name  the name in messages, such as `--url` or `LOG_URL`
   * @throws BadArguments
   */
  readonly read: (texts: readonly string[], name: string) => T;
}

export type Options = Readonly<Record<string, Option<unknown>>>;

/** The values of options, by their names. */
export type Values<O extends Options> = {
  readonly [Name in keyof O]: O[Name] extends Option<infer T> ? T : never;
};

interface Described {
  readonly help: string;
  readonly aliases?: readonly string[];
  readonly actions?: readonly string[];
}

interface DescribedValue extends Described {
  readonly shows: string;
  readonly shownDefault?: string;
  readonly variable?: string;
}

/** A reader of a value. @throws BadArguments  the text is not valid; the message names the option */
type Read<T> = (text: string, name: string) => T;

/** Declares an option without a value. */
export function flag({ help, aliases = [], actions }: Described): Option<boolean> {
  return {
    kind: 'flag',
    shows: '',
    help,
    shownDefault: undefined,
    variable: undefined,
    aliases,
    actions,
    read: (texts) => texts.length > 0,
  };
}

/** Declares an option with a value and perhaps a default. */
export function value<T>(
  described: DescribedValue & { readonly read: Read<T>; readonly default: T },
): Option<T>;
export function value<T>(described: DescribedValue & { readonly read: Read<T> }): Option<T | undefined>;
export function value<T>({
  shownDefault,
  variable,
  aliases = [],
  actions,
  ...described
}: DescribedValue & { readonly read: Read<T>; readonly default?: T }): Option<T | undefined> {
  const { default: otherwise, read } = described;
  return {
    kind: 'value',
    shows: described.shows,
    help: described.help,
    shownDefault: shownDefault ?? (otherwise === undefined ? undefined : String(otherwise)),
    variable,
    aliases,
    actions,
    read(texts, name) {
      const text = texts.at(-1);
      return text === undefined ? otherwise : read(text, name);
    },
  };
}

/** Declares an option that may be repeated. */
export function list<T>({
  shownDefault,
  variable,
  aliases = [],
  actions,
  ...described
}: DescribedValue & { readonly read: Read<T> }): Option<readonly T[]> {
  return {
    kind: 'list',
    shows: described.shows,
    help: described.help,
    shownDefault,
    variable,
    aliases,
    actions,
    read: (texts, name) => texts.map((text) => described.read(text, name)),
  };
}

/** Accepts any text. */
export const anyText: Read<string> = (text) => text;

/** Returns a reader that accepts whole numbers of a range. */
export function wholeNumberOf(min: number, max: number): Read<number> {
  return (text, name) => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= min && number <= max) return number;
    throw new BadArguments(`${name} must be a whole number of ${min}-${max}, and is "${text}".`);
  };
}

/** Returns a reader that accepts one of these names. */
export function oneOf<const Name extends string>(names: readonly Name[]): Read<Name> {
  return (text, name) => {
    const found = names.find((each) => each === text);
    if (found !== undefined) return found;
    throw new BadArguments(`${name} must be one of ${names.join(', ')}, and is "${text}".`);
  };
}

/** Accepts addresses of HTTP servers. */
export const httpUrl: Read<URL> = (text, name) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && ['http:', 'https:'].includes(url.protocol)) return url;
  throw new BadArguments(`${name} must be an http or https URL, and is "${text}".`);
};
