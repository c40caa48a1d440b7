import { errorCode } from '../../lib/error-code.ts';
import { messageOf } from '../../lib/message-of.ts';

/** Says why a server cannot listen at an address, and what to do. */
export function describeListenFailure(host: string, port: number, error: unknown): string {
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      return `Another program listens at ${address}, perhaps this one, started before. Stop it, or choose another port.`;
    case 'EACCES':
      return `This user may not listen at ${address}. Choose a port above 1023.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${host} is not an address of this machine. Choose one that is, such as 127.0.0.1 or 0.0.0.0.`;
    case undefined:
    default:
      return `The server cannot listen at ${address}: ${messageOf(error)}.`;
  }
}
