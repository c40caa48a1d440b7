import type { AuthorizerContext } from '../../handlers/authorize.ts';
import type { KeyHeader } from '../../handlers/http/route.ts';
import type { Refusal } from '../../http-server/gate/refusal.ts';

/** The decision about a caller. */
export type Authorization =
  | { readonly kind: 'granted'; readonly context: AuthorizerContext }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/**
 * Identifies a caller by the header with the API key. It decides at once, before the body arrives, so a caller without
 * a valid key costs no memory.
 * @param header  the header that has the key; without it, `authorization`
 */
export type Authorizer = (presented: string | undefined, header?: KeyHeader) => Authorization;
