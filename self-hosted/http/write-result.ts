import type { ServerResponse } from 'node:http';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/** Writes what a function returned, as API Gateway would. */
export function writeResult(response: ServerResponse, result: APIGatewayProxyStructuredResultV2): void {
  const { statusCode = 200, headers = {}, body = '', isBase64Encoded = false } = result;
  const bytes = isBase64Encoded ? Buffer.from(body, 'base64') : body;
  // Without a length, Node.js would send the body in chunks.
  const length = statusCode === 304 ? {} : { 'content-length': Buffer.byteLength(bytes) };
  const texts = Object.entries(headers).map(([name, value]) => [name, String(value)] as const);
  response.writeHead(statusCode, { ...Object.fromEntries(texts), ...length });
  response.end(bytes);
}
