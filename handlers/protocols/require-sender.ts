import type { CustomerId } from '../../lib/domain/customer-id.ts';
import { requireCustomer, type CustomerPlace, type HttpRequest } from '../http/http.ts';
import type { App } from '../wiring.ts';

/**
 * Returns the customer of a batch in the protocol of another program. Some of these programs cannot send custom
 * headers. Without API keys, the name that they give in their own way therefore stands for the header `x-customer-id`:
 * Loki's tenant, the user of HTTP Basic, or Splunk's token.
 * @param tokenIn  the part of HTTP Basic that names the customer; a sender for Splunk has its token in the password
 * @throws InvalidRequest  nothing names the customer, or the name is not a customer id
 */
export function requireSender(
  request: HttpRequest,
  { hasAuthorizer }: Pick<App, 'hasAuthorizer'>,
  tokenIn: BasicPart = 'user',
): CustomerId {
  const isNamed = request.customer !== undefined || hasAuthorizer;
  const { customer, place } = isNamed ? { customer: request.customer } : nameIn(request.headers, tokenIn);
  return requireCustomer({ customer }, place);
}

type BasicPart = 'user' | 'password';

interface Name {
  readonly customer?: string | undefined;
  readonly place?: CustomerPlace;
}

function nameIn(headers: HttpRequest['headers'], tokenIn: BasicPart): Name {
  const tenant = headers['x-scope-orgid'];
  if (tenant !== undefined) {
    return { customer: tenant, place: { field: 'x-scope-orgid', subject: 'The header x-scope-orgid' } };
  }
  const [, scheme = '', credentials = ''] = /^(\w+) +(\S+)$/.exec(headers['authorization'] ?? '') ?? [];
  const inAuthorization = (part: string) => ({
    field: 'authorization',
    subject: `The ${part} in the header authorization names the customer and`,
  });
  switch (scheme.toLowerCase()) {
    case 'splunk':
      return { customer: credentials, place: inAuthorization('token') };
    case 'basic': {
      const [, user = '', password = ''] = /^([^:]*):?([^]*)$/.exec(base64Text(credentials)) ?? [];
      if (tokenIn === 'password' && password !== '')
        return { customer: password, place: inAuthorization('password') };
      return user === '' ? {} : { customer: user, place: inAuthorization('user') };
    }
    default:
      return {};
  }
}

function base64Text(text: string): string {
  return Buffer.from(text, 'base64').toString();
}
