const storageName = 'share-link';

/** The pipeline's own form of a token; the page reads what the token says, and only the pipeline knows if it is true. */
const tokenPattern =
  /^las_([1-9]\d{0,10})_(?:[0-9a-f]{16}|none)_([A-Za-z0-9_-]{1,171})_[0-9a-f]{32}_[0-9a-f]{32}$/;

/** The link by which this tab reads the counts of one customer. */
export interface SharedLink {
  /** Takes the place of an API key. */
  readonly token: string;
  /** `undefined` where the link is damaged; the pipeline will refuse it. */
  readonly customer: string | undefined;
  /** The instant at which it ends; `undefined` where the link is damaged. */
  readonly until: number | undefined;
}

/** The parts of the browser in which a tab has its link. */
export interface Tab {
  readonly location: Pick<Location, 'hash' | 'pathname' | 'search'>;
  readonly history: Pick<History, 'state' | 'replaceState'>;
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
}

/**
 * Returns the link of this tab, if it has one. A token in the address is kept for the session of the tab and taken out
 * of the address, in place: no entry of the history has it, and a reload finds it in the session.
 */
export function takeSharedLink({ location, history, storage }: Tab): SharedLink | undefined {
  const given = tokenIn(location.hash);
  if (given !== undefined) {
    storage.setItem(storageName, given);
    history.replaceState(history.state, '', `${location.pathname}${location.search}`);
  }
  const token = storage.getItem(storageName);
  return token === null ? undefined : describe(token);
}

/** Forgets the link of this tab. */
export function leaveSharedLink(storage: Tab['storage']): void {
  storage.removeItem(storageName);
}

/** Reports whether an address has a link, also a damaged one. */
export function hasSharedLink(hash: string): boolean {
  return tokenIn(hash) !== undefined;
}

/** Returns the address of a link: the token is behind the `#`, which browsers send to no server. */
export function addressOfLink(baseUrl: string, search: string, token: string): string {
  return `${baseUrl}${search}#share=${token}`;
}

function tokenIn(hash: string): string | undefined {
  return new URLSearchParams(hash.replace(/^#/, '')).get('share') ?? undefined;
}

function describe(token: string): SharedLink {
  const [, seconds, customer] = tokenPattern.exec(token) ?? [];
  // The token goes into a header, which cannot have just any text.
  if (seconds === undefined || customer === undefined)
    return { token: 'las_damaged', customer: undefined, until: undefined };
  const base64 = customer.replaceAll('-', '+').replaceAll('_', '/');
  return { token, customer: decode(base64), until: Number(seconds) * 1_000 };
}

function decode(base64: string): string | undefined {
  try {
    return atob(base64);
  } catch (error) {
    if (error instanceof DOMException) return undefined; // only a damaged link has such a text
    throw error;
  }
}
