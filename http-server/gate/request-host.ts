import { isIP, isIPv6 } from 'node:net';

/** The host that a request names, in its `Host` header or in its target. */
export interface RequestHost {
  /** The name in lower case, without a final dot; an IPv6 address has no brackets. */
  readonly name: string;
  /** The text as sent, with its port: for comparison with an `Origin`. */
  readonly authority: string;
}

const authorityPattern = /^(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9._-]{1,255}))(?::(\d{0,5}))?$/i;
const lastPort = 65_535;

/**
 * Parses `host[:port]` (RFC 9110, section 7.2); returns `undefined` for anything else. User information, zone ids,
 * percent signs and commas are refused, because programs disagree about their meaning.
 */
export function parseRequestHost(authority: string): RequestHost | undefined {
  const [, address, name, port] = authorityPattern.exec(authority) ?? [];
  if (Number(port ?? 0) > lastPort) return undefined;
  if (address !== undefined) return isIPv6(address) ? { name: address.toLowerCase(), authority } : undefined;
  if (name === undefined) return undefined;
  return { name: name.toLowerCase().replace(/(?<=.)\.$/, ''), authority };
}

/**
 * Reports whether the emulator answers to this host. If an attacker's name resolves to this machine (DNS rebinding),
 * pages still send that name; an address can only mean this machine.
 */
export function isAllowedHost({ name }: RequestHost, allowedNames: ReadonlySet<string>): boolean {
  return name === 'localhost' || isIP(name) !== 0 || allowedNames.has(name);
}
