import type { AuthorizerContext } from '../../handlers/authorize.ts';
import type { Refusal } from '../../http-server/gate/refusal.ts';

/** The decision about a caller. */
export type Authorization =
  | { readonly kind: 'granted'; readonly context: AuthorizerContext }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/**
 * Decides by the header with the API key who a caller is. It is asked before the body arrives and answers at once, so
 * that a caller without a valid key costs no memory.
 */
export type Authorizer = (presented: string | undefined) => Authorization;
