import type { RequestHost } from './request-host.ts';

/** The values of a header, one for each time that it was sent. */
export type HeaderValues = (name: string) => readonly string[];

/** Sent by a page of our own, or by the user, who typed the address or chose a bookmark. */
const ownSites = new Set(['same-origin', 'none']);

/**
 * Whether a browser sends the request for a page of another site. `same-site` is another site here: it has the same host
 * name and another port, such as any other program's page on `localhost`.
 *
 * Browsers send `Sec-Fetch-Site` to `localhost`, to loopback addresses and over TLS. Elsewhere the `Origin` alone tells, which
 * they send with everything but plain reads, whose answers a page of another site cannot see. Other programs send neither.
 */
export function isCrossSite(valuesOf: HeaderValues, host: RequestHost): boolean {
  const isForeignSite = valuesOf('sec-fetch-site').some((site) => !ownSites.has(site.toLowerCase()));
  return isForeignSite || valuesOf('origin').some((origin) => !isOriginOf(origin, host));
}

/** Whether the user follows a link to a page that is shown as a whole, and in no frame. */
export function isTopLevelNavigation(method: string, valuesOf: HeaderValues): boolean {
  const [mode, ...otherModes] = valuesOf('sec-fetch-mode');
  const [destination, ...otherDestinations] = valuesOf('sec-fetch-dest');
  const isSingle = otherModes.length === 0 && otherDestinations.length === 0;
  return method === 'GET' && mode === 'navigate' && destination === 'document' && isSingle;
}

/** A proxy may end TLS before us, so the scheme is not compared but for its default port. */
function isOriginOf(origin: string, { authority }: RequestHost): boolean {
  const [, scheme] = /^(https?):\/\/[^/?#@\s]+$/i.exec(origin) ?? [];
  if (scheme === undefined || !URL.canParse(origin)) return false;
  const own = `${scheme}://${authority}`;
  return URL.canParse(own) && new URL(own).host === new URL(origin).host;
}
