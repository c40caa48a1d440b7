import type { LifecycleRule } from '@aws-sdk/client-s3';

/** Raw batches are needed as long as the longest outage lasts, and for `audit`. */
const leastRawDays = 30;

/** Prefixes that no rule may delete from: the pipeline deletes windows itself, and failed records need a person. */
const permanent = ['aggregates/', 'retention', 'forgotten/'];

/** Returns the problems of a bucket's rules, which would delete needed objects, each with what to do about it. */
export function judgeLifecycle(rules: readonly LifecycleRule[]): string[] {
  return rules.flatMap((rule) => {
    const { ID = 'without a name', Status, Expiration } = rule;
    if (Status !== 'Enabled' || Expiration === undefined || Expiration.ExpiredObjectDeleteMarker === true) {
      return [];
    }
    const prefix = rule.Filter?.Prefix ?? rule.Filter?.And?.Prefix ?? rule.Prefix ?? '';
    const lost = permanent.find((each) => meets(prefix, each));
    if (lost !== undefined) {
      return [
        `The rule "${ID}" deletes from ${lost}, whose objects are counts. Limit it to batches/ and failed/.`,
      ];
    }
    const days = Expiration.Days ?? 0; // a rule with a date deletes everything that exists on that date
    if (!meets(prefix, 'batches/') || days >= leastRawDays) return [];
    return [
      `The rule "${ID}" deletes raw batches after ${days} days. Keep them for ${leastRawDays} days at least: after an outage or a ` +
        'loss of Kafka, what is not counted yet can only be read from them.',
    ];
  });
}

function meets(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one);
}
