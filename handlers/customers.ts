import type { CustomerId } from '../lib/domain/customer-id.ts';
import { listCustomerTotals } from '../lib/pipeline/query/list-customer-totals.ts';
import { httpHandler, requireCustomer, type HttpHandler } from './http/http.ts';
import { progressFields } from './http/reads/answer-progress.ts';
import { customerHeaders } from './http/reads/count-headers.ts';
import {
  encodeCustomersToken,
  parseCustomersParameters,
  type CustomersParameters,
  type TotalsParameters,
} from './http/reads/customers-parameters.ts';
import { respondJson } from './http/respond.ts';
import { routes } from './http/routes.ts';
import { readCounts } from './queries/read-counts.ts';
import { wired, type App } from './wiring.ts';

/** `GET /customers`: the customers that there are; where a key decides who asks, for anybody but an operator, the caller. */
export function customersHandler(wired: () => Promise<App>): HttpHandler {
  return httpHandler(wired, routes.listCustomers, async (request, app) => {
    const parameters = parseCustomersParameters(request.query, app.clock.now());
    const caller =
      app.config.storage === 'aws' || !request.mayListCustomers ? requireCustomer(request) : undefined;
    const { totals } = parameters;
    const page =
      totals === undefined
        ? await listNames(parameters, caller, app)
        : await listTotals(parameters, totals, caller, app);
    return respondJson(200, page, customerHeaders);
  });
}

export const handler = customersHandler(wired);

async function listNames(
  parameters: CustomersParameters,
  caller: CustomerId | undefined,
  { reads, reader }: App,
) {
  if (caller !== undefined) return { customers: [caller] };
  // A list of customers is nobody's, and no customer has this name.
  const { customers, next } = await reads.run('', () => reader.customers(parameters));
  return { customers, nextToken: next && encodeCustomersToken(parameters, next) };
}

async function listTotals(
  parameters: CustomersParameters,
  totals: TotalsParameters,
  caller: CustomerId | undefined,
  app: App,
) {
  const { allowedLatenessSeconds } = app.config;
  const customerId = caller ?? parameters.customerId;
  // Nobody learns whether there is another customer.
  const isOfCaller = parameters.customerId === undefined || parameters.customerId === customerId;
  const query = { ...parameters, customerId, allowedLatenessSeconds };
  const { found } = await readCounts(customerId, totals, app, (kept, ports) =>
    listCustomerTotals({ ...query, ...kept }, ports),
  );
  const { countedThrough } = progressFields({ ...found, waiting: undefined });
  return {
    customers: isOfCaller ? found.customers : [],
    countedThrough,
    complete: found.complete,
    nextToken: found.next && encodeCustomersToken(parameters, found.next),
  };
}
