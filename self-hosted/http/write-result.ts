import type { ServerResponse } from 'node:http';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { securityHeaders } from '../../http-server/security-headers.ts';

/** Writes what a function returned, as API Gateway would. */
export function writeResult(response: ServerResponse, result: APIGatewayProxyStructuredResultV2): void {
  const { statusCode = 200, headers = {}, body = '', isBase64Encoded = false } = result;
  const bytes = isBase64Encoded ? Buffer.from(body, 'base64') : body;
  const all: Record<string, string | number> = { ...securityHeaders };
  for (const name of Object.keys(headers)) all[name] = String(headers[name]);
  // Without a length, Node.js would send the body in chunks.
  if (statusCode !== 304) all['content-length'] = Buffer.byteLength(bytes);
  // In one call: Node.js takes twice as long once a header was set before.
  response.writeHead(statusCode, all);
  response.end(bytes);
}
