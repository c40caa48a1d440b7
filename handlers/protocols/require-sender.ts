import type { CustomerId } from '../../lib/domain/customer-id.ts';
import { requireCustomer, type HttpRequest } from '../http/http.ts';
import type { App } from '../wiring.ts';

/**
 * Returns the customer of a batch in the protocol of another program. Some of these programs cannot send a header of one's own
 * choice. Where there are no keys, the name that they give in their own way therefore stands for the header `x-customer-id`:
 * Loki's tenant, the user of HTTP Basic, or Splunk's token.
 * @throws InvalidRequest  nobody names the customer, or the name is not a customer id
 */
export function requireSender(
  request: HttpRequest,
  { hasAuthorizer }: Pick<App, 'hasAuthorizer'>,
): CustomerId {
  const customer = request.customer ?? (hasAuthorizer ? undefined : nameIn(request.headers));
  return requireCustomer({ ...request, customer });
}

function nameIn(headers: HttpRequest['headers']): string | undefined {
  const tenant = headers['x-scope-orgid'];
  if (tenant !== undefined) return tenant;
  const [, scheme = '', credentials = ''] = /^(\w+) +(\S+)$/.exec(headers['authorization'] ?? '') ?? [];
  switch (scheme.toLowerCase()) {
    case 'splunk':
      return credentials;
    case 'basic': {
      const [user] = Buffer.from(credentials, 'base64').toString().split(':', 1);
      return user === '' ? undefined : user;
    }
    default:
      return undefined;
  }
}
