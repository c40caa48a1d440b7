import { isIP, isIPv6 } from 'node:net';

/** The host that a request names, in its `Host` header or in its target. */
export interface RequestHost {
  /** In lower case, without the dot at its end; an IPv6 address has no brackets. */
  readonly name: string;
  /** As it was sent, with its port: for comparison with an `Origin`. */
  readonly authority: string;
}

const authorityPattern = /^(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9._-]{1,255}))(?::\d{0,5})?$/i;

/**
 * Parses `host[:port]` (RFC 9110, section 7.2); `undefined` where it is anything else. User information, zone ids, percent
 * signs and commas are all refused: programs disagree about what they mean.
 */
export function parseRequestHost(authority: string): RequestHost | undefined {
  const [, address, name] = authorityPattern.exec(authority) ?? [];
  if (address !== undefined) return isIPv6(address) ? { name: address.toLowerCase(), authority } : undefined;
  if (name === undefined) return undefined;
  return { name: name.toLowerCase().replace(/(?<=.)\.$/, ''), authority };
}

/**
 * Whether the emulator answers for this host. A page whose name an attacker lets resolve to this machine (DNS rebinding)
 * still sends that name; an address cannot be made to mean another machine.
 */
export function isAllowedHost({ name }: RequestHost, allowedNames: ReadonlySet<string>): boolean {
  return name === 'localhost' || isIP(name) !== 0 || allowedNames.has(name);
}
