/** What the answers of a route can be written as. */
export type Representation = 'json' | 'csv';

/** How much a client wants a media type: its quality, then how exactly it was named. */
interface Preference {
  readonly quality: number;
  readonly exactness: number;
}

const mediaRange = /^\s*([^\s;,/]+)\/([^\s;,/]+)\s*(?:;(.*))?$/;
const qualityParameter = /(?:^|;)\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*(?:;|$)/i;
const unwanted: Preference = { quality: 0, exactness: 0 };

/**
 * What the client would rather have (RFC 9110, section 12.5.1): by quality, then by what it named more exactly, and JSON
 * where it wants both alike, or neither: an answer that it did not ask for says more than a 406.
 */
export function negotiate(accept: string | undefined): Representation {
  if (accept === undefined) return 'json';
  const csv = preferenceFor('text', 'csv', accept);
  const json = preferenceFor('application', 'json', accept);
  if (csv.quality === 0) return 'json';
  if (csv.quality !== json.quality) return csv.quality > json.quality ? 'csv' : 'json';
  return csv.exactness > json.exactness ? 'csv' : 'json';
}

/** What the most exact of the ranges that the type is in says of it; parameters other than `q` are passed over. */
function preferenceFor(type: string, subtype: string, accept: string): Preference {
  let preference = unwanted;
  for (const range of accept.toLowerCase().split(',')) {
    const [, rangeType, rangeSubtype, parameters = ''] = mediaRange.exec(range) ?? [];
    const exactness = exactnessOf(rangeType === type, rangeSubtype === subtype, rangeType, rangeSubtype);
    if (exactness <= preference.exactness) continue;
    preference = { quality: Number(qualityParameter.exec(parameters)?.[1] ?? 1), exactness };
  }
  return preference;
}

function exactnessOf(
  isType: boolean,
  isSubtype: boolean,
  rangeType: string | undefined,
  rangeSubtype: string | undefined,
): number {
  if (isType && isSubtype) return 3;
  if (isType && rangeSubtype === '*') return 2;
  return rangeType === '*' && rangeSubtype === '*' ? 1 : 0;
}
