import { parseCustomerId, type CustomerId } from '../lib/domain/customer-id.ts';
import { BadArguments } from './command-line.ts';

/**
 * Reads a customer id.
 * @throws BadArguments  the text cannot be one
 */
export function customerIdOf(text: string, name: string): CustomerId {
  const customerId = parseCustomerId(text);
  if (customerId !== undefined) return customerId;
  throw new BadArguments(
    `${name} is not a customer id: "${text}". One has 1-128 of A-Z a-z 0-9 . _ - %, and is not . or ..`,
  );
}
