import type { RequestHost } from './request-host.ts';

/** Returns the values of a header, one for each time that it was sent. */
export type HeaderValues = (name: string) => readonly string[];

/** Values for requests of our own page, or of the user, who typed the address or chose a bookmark. */
const ownSites = new Set(['same-origin', 'none']);

/**
 * Reports whether a browser sends the request for a page of another site. `same-site` counts as another site: it has
 * the same host name and another port, like the page of any other program on `localhost`.
 *
 * Browsers send `Sec-Fetch-Site` to `localhost`, to loopback addresses and over TLS. Elsewhere only the `Origin`
 * shows it, which they send with everything except plain reads, whose answers a page of another site cannot see.
 * Other programs send neither.
 */
export function isCrossSite(valuesOf: HeaderValues, host: RequestHost): boolean {
  const isForeignSite = valuesOf('sec-fetch-site').some((site) => !ownSites.has(site.toLowerCase()));
  return isForeignSite || valuesOf('origin').some((origin) => !isOriginOf(origin, host));
}

/** Reports whether the user follows a link to a page that fills the window and is not in a frame. */
export function isTopLevelNavigation(method: string, valuesOf: HeaderValues): boolean {
  const [mode, ...otherModes] = valuesOf('sec-fetch-mode');
  const [destination, ...otherDestinations] = valuesOf('sec-fetch-dest');
  const isSingle = otherModes.length === 0 && otherDestinations.length === 0;
  return method === 'GET' && mode === 'navigate' && destination === 'document' && isSingle;
}

/** A proxy may end TLS before us, so only the default port of the scheme is compared. */
function isOriginOf(origin: string, { authority }: RequestHost): boolean {
  const [, scheme] = /^(https?):\/\/[^/?#@\s]+$/i.exec(origin) ?? [];
  if (scheme === undefined || !URL.canParse(origin)) return false;
  const own = `${scheme}://${authority}`;
  return URL.canParse(own) && new URL(own).host === new URL(origin).host;
}
