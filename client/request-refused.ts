import type { HttpAnswer } from './http-client.ts';
import { isObject, readJson } from './read-json.ts';

/** A request that the pipeline refused, and would refuse again; the message gives its reasons. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused';
  /** The HTTP status of the answer. */
  readonly status: number;

  constructor(url: URL, answer: HttpAnswer) {
    super(`${url.origin} answered ${answer.status}: ${explain(answer)}`);
    this.status = answer.status;
  }
}

/** Returns the pipeline's explanation, or the start of what a proxy answered in its place. */
function explain(answer: HttpAnswer): string {
  const error = readJson(answer);
  if (!isObject(error) || typeof error['errorDescription'] !== 'string') {
    return answer.body.toString('utf8', 0, 300).replace(/\p{Cc}+/gu, ' ');
  }
  const details = Array.isArray(error['details']) ? error['details'] : [];
  const reasons = details.filter(isObject).map(({ index, field, reason }) => {
    const parts = [typeof index === 'number' ? `entry ${index}` : '', field, reason];
    return parts.filter((part) => typeof part === 'string' && part !== '').join(' ');
  });
  return [`${String(error['errorCode'])} ${error['errorDescription']}`, ...reasons].join('; ');
}
