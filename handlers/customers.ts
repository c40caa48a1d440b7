import * as z from 'zod';
import { httpHandler, requireCustomer, type HttpHandler } from './http/http.ts';
import { decodeToken, encodeToken, parseParameters } from './http/parameters.ts';
import { customersParametersSchema, maxCustomersLimit } from './http/reads/customers-parameters.ts';
import { respondJson } from './http/respond.ts';
import { routes } from './http/routes.ts';
import { wired, type App } from './wiring.ts';

const tokenSchema = z.object({ version: z.literal(1), after: z.string() });

/** `GET /customers`: the customers that there are; where a key decides who asks, for anybody but an operator, the caller. */
export function customersHandler(wired: () => Promise<App>): HttpHandler {
  return httpHandler(wired, routes.listCustomers, async (request, app) => {
    const { limit = maxCustomersLimit, nextToken } = parseParameters(
      request.query,
      customersParametersSchema,
    );
    const headers = { 'cache-control': 'private, no-cache', vary: 'x-customer-id' };
    if (app.config.storage === 'aws' || !request.mayListCustomers) {
      return respondJson(200, { customers: [requireCustomer(request)] }, headers);
    }
    const after = nextToken === undefined ? undefined : decodeToken(nextToken, tokenSchema).after;
    // A list of customers is nobody's, and no customer has this name.
    const { customers, next } = await app.reads.run('', () => app.reader.customers({ after, limit }));
    const token: z.input<typeof tokenSchema> | undefined = next ? { version: 1, after: next } : undefined;
    return respondJson(200, { customers, nextToken: token && encodeToken(token) }, headers);
  });
}

export const handler = customersHandler(wired);
