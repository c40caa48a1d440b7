import { apiKeyFromHeader, hashOfApiKey } from '../lib/domain/api-key.ts';
import { createShareToken, type LinkMaker } from '../lib/domain/share-token.ts';
import { LinkNotMade } from '../lib/errors.ts';
import { httpHandler, requireCustomer, type HttpHandler } from './http/http.ts';
import { respondJson } from './http/respond.ts';
import { routes } from './http/routes.ts';
import { parseShareBody } from './http/share-body.ts';
import { wired, wiredLinkSecrets, type App } from './wiring.ts';

/** Returns the secrets that sign share links, the newest first. */
export type LinkSecrets = (app: App) => Promise<readonly Uint8Array[]>;

/** `POST /shares`: makes a link by which its holder can read the counts of the caller's customer for some time. */
export function sharesHandler(
  wired: () => Promise<App>,
  secretsOf: LinkSecrets = async ({ linkSecrets }) => linkSecrets,
): HttpHandler {
  return httpHandler(wired, routes.shareCounts, async (request, app) => {
    const customerId = requireCustomer(request);
    const { expiresInSeconds } = parseShareBody(request.body);
    const maker = app.hasAuthorizer ? makerIn(request.headers['authorization']) : undefined;
    const [secret] = await secretsOf(app);
    if (secret === undefined) {
      throw new LinkNotMade(
        'This pipeline has no secret for share links. Ask its operator to set SHARE_LINK_SECRET.',
      );
    }
    const nowSeconds = Math.floor(app.clock.now().getTime() / 1_000);
    const expiresAt = new Date((nowSeconds + expiresInSeconds) * 1_000);
    const { text } = createShareToken({ customerId, expiresAt, maker }, secret);
    return respondJson(201, { token: text, customerId, expiresAt }, { 'cache-control': 'no-store' });
  });
}

export const handler = sharesHandler(wired, wiredLinkSecrets);

/**
 * Returns the API key with which the authorizer let the request pass: it read the same header.
 * @throws LinkNotMade  the key has no id by which a link could name it
 */
function makerIn(authorization: string | undefined): LinkMaker {
  const key = apiKeyFromHeader(authorization);
  if (key?.form === 'sealed') return { keyId: key.id, keyHash: hashOfApiKey(key.text) };
  throw new LinkNotMade('An API key of the old form cannot make share links. Ask for a new key.');
}
