/** A form in which a route can write its answers. */
export type Representation = 'json' | 'csv';

/** A client's preference for a media type: its quality, then how exactly the client named it. */
interface Preference {
  readonly quality: number;
  readonly exactness: number;
}

const mediaRange = /^\s*([^\s;,/]+)\/([^\s;,/]+)\s*(?:;(.*))?$/;
const qualityParameter = /(?:^|;)\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*(?:;|$)/i;
const unwanted: Preference = { quality: 0, exactness: 0 };

/**
 * Returns the form that the client prefers (RFC 9110, section 12.5.1): by quality, then by how exactly it named the
 * form. A client that prefers both equally, or accepts neither, gets JSON: an answer in another form helps it more
 * than a 406.
 */
export function negotiate(accept: string | undefined): Representation {
  if (accept === undefined) return 'json';
  const csv = preferenceFor('text', 'csv', accept);
  const json = preferenceFor('application', 'json', accept);
  if (csv.quality === 0) return 'json';
  if (csv.quality !== json.quality) return csv.quality > json.quality ? 'csv' : 'json';
  return csv.exactness > json.exactness ? 'csv' : 'json';
}

/** Returns the preference of the most exact range that contains the type. Parameters other than `q` are ignored. */
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
