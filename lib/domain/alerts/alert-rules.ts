import * as z from 'zod';
import { parseCustomerId, type CustomerId } from '../customer-id.ts';

/** An hour is unusual where its traffic is at least `share` below the usual one. */
export interface FallRule {
  readonly share: number;
  /** Requests that an hour usually has, at least; quieter hours are not judged. */
  readonly minRequests: number;
  /** Unusual hours in a row that raise the alert. */
  readonly hours: number;
}

/** An hour is unusual where it has `times` the usual traffic or more. */
export interface RiseRule {
  readonly times: number;
  /** Requests that the hour itself has, at least. */
  readonly minRequests: number;
  readonly hours: number;
}

/** An hour is unusual where at least `share` of its requests failed, and `times` the usual share. */
export interface ErrorsRule {
  readonly share: number;
  readonly times: number;
  /** The lowest status that counts as an error: 400 with the errors of clients, 500 without. */
  readonly fromStatus: 400 | 500;
  /** Requests that the hour has, at least. */
  readonly minRequests: number;
  readonly hours: number;
}

/** Hours without a request are unusual where they usually have `minRequests` together. */
export interface SilenceRule {
  readonly minRequests: number;
  readonly hours: number;
}

/** The rules of one customer; `undefined` for a kind that is off. */
export interface AlertRules {
  readonly fall: FallRule | undefined;
  readonly rise: RiseRule | undefined;
  readonly errors: ErrorsRule | undefined;
  readonly silence: SilenceRule | undefined;
  /** Usual hours in a row that resolve an alert. */
  readonly resolveHours: number;
  /** Hours for which an hour waits for late entries, after it is complete. */
  readonly waitHours: number;
  /** UTC days whose traffic is not as usual: they raise neither falls nor silence, and later weeks are not compared with them. */
  readonly holidays: ReadonlySet<string>;
}

/** The rules of all customers. */
export interface AlertRuleSet {
  of(customerId: CustomerId): AlertRules;
}

/** Returns whether rules have no kind that is not off. */
export function areOff({ fall, rise, errors, silence }: AlertRules): boolean {
  return [fall, rise, errors, silence].every((rule) => rule === undefined);
}

/**
 * Rules where the file says nothing else. `npm run bench:alerts` measures how often they are wrong, and
 * docs/reference/alerts.md has the figures.
 */
const defaultAlertRules: AlertRules = {
  fall: { share: 0.5, minRequests: 50, hours: 2 },
  rise: { times: 3, minRequests: 100, hours: 2 },
  errors: { share: 0.05, times: 2, fromStatus: 500, minRequests: 50, hours: 1 },
  silence: { minRequests: 20, hours: 1 },
  resolveHours: 2,
  waitHours: 0,
  holidays: new Set(),
};

const off = z.literal('off', 'must be "off" or an object');
const ratio = (message: string) => z.number(message).gt(0, message).lt(1, message);
const share = ratio('must be a number between 0 and 1');
const times = z
  .number('must be a number above 1')
  .gt(1, 'must be a number above 1')
  .max(1_000, 'must be at most 1000');
const wholeNumber = (min: number, max: number) => {
  const message = `must be a whole number of ${min}–${max}`;
  return z.int(message).min(min, message).max(max, message);
};
const minRequests = wholeNumber(1, 1_000_000_000);
const hours = wholeNumber(1, 24);

/** A rule as it is given: a field that is left out is that of the rule below it. */
const given = <Shape extends z.ZodRawShape>(shape: Shape) => z.union([off, z.strictObject(shape).partial()]);

const rulesSchema = z
  .strictObject({
    fall: given({ share, minRequests, hours }),
    rise: given({ times, minRequests, hours }),
    errors: given({
      share,
      times,
      fromStatus: z.literal([400, 500], 'must be 400 or 500'),
      minRequests,
      hours,
    }),
    silence: given({ minRequests, hours }),
    resolveHours: hours,
    waitHours: wholeNumber(0, 48),
    holidays: z
      .array(z.iso.date('must be a day such as 2026-12-25'))
      .max(1_000, 'must have at most 1000 days'),
  })
  .partial();
type GivenRules = z.output<typeof rulesSchema>;

const allOff: GivenRules = { fall: 'off', rise: 'off', errors: 'off', silence: 'off' };

const fileSchema = z.strictObject({
  formatVersion: z.literal(1, 'must be 1'),
  defaults: rulesSchema.optional(),
  customers: z.record(z.string(), z.union([off, rulesSchema])).optional(),
});

/** A file of alert rules is not valid; the message names the places. */
class InvalidAlertRules extends Error {
  override readonly name = 'InvalidAlertRules';
}

/**
 * Parses the text of a file of alert rules.
 * @throws InvalidAlertRules  it is not JSON, or a value in it is not valid
 */
export function parseAlertRules(text: string): AlertRuleSet {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new InvalidAlertRules('it is not JSON', { cause });
  }
  const { data, error } = fileSchema.safeParse(document);
  if (error !== undefined) {
    throw new InvalidAlertRules(error.issues.flatMap((issue) => problemsOf(issue, [])).join('; '));
  }
  const defaults = combine(defaultAlertRules, data.defaults ?? {});
  const overrides = new Map<string, AlertRules>();
  for (const [name, own] of Object.entries(data.customers ?? {})) {
    if (parseCustomerId(name) === undefined) {
      throw new InvalidAlertRules(`customers has ${JSON.stringify(name)}, which is not a customer id`);
    }
    overrides.set(name, combine(defaults, own === 'off' ? allOff : own));
  }
  return { of: (customerId) => overrides.get(customerId) ?? defaults };
}

/** Describes a problem by its place: of a value that may be "off" or an object, the problem with the object. */
function problemsOf(issue: z.core.$ZodIssue, before: readonly PropertyKey[]): string[] {
  const place = [...before, ...issue.path];
  if (issue.code === 'invalid_union') {
    const ofObject = issue.errors
      .flat()
      .filter(({ code, path }) => path.length > 0 || code === 'unrecognized_keys');
    if (ofObject.length > 0) return ofObject.flatMap((inner) => problemsOf(inner, place));
    return [`${nameOf(place)} must be "off" or an object`];
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${nameOf([...place, key])} is not known`);
  }
  const message = issue.message.startsWith('must') ? issue.message : `is not valid: ${issue.message}`;
  return [`${nameOf(place)} ${message}`];
}

function nameOf(place: readonly PropertyKey[]): string {
  return place.length === 0 ? 'the document' : place.map(String).join('.');
}

function combine(below: AlertRules, own: GivenRules): AlertRules {
  return {
    fall: combineRule(below.fall, own.fall, defaultAlertRules.fall),
    rise: combineRule(below.rise, own.rise, defaultAlertRules.rise),
    errors: combineRule(below.errors, own.errors, defaultAlertRules.errors),
    silence: combineRule(below.silence, own.silence, defaultAlertRules.silence),
    resolveHours: own.resolveHours ?? below.resolveHours,
    waitHours: own.waitHours ?? below.waitHours,
    holidays: new Set([...below.holidays, ...(own.holidays ?? [])]),
  };
}

function combineRule<Rule>(
  below: Rule | undefined,
  own: 'off' | { readonly [Field in keyof Rule]?: Rule[Field] | undefined } | undefined,
  builtIn: Rule | undefined,
): Rule | undefined {
  if (own === undefined) return below;
  const base = below ?? builtIn;
  if (own === 'off' || base === undefined) return undefined;
  const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  return { ...base, ...given };
}
