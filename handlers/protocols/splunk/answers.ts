import { respondJson, type Answer, type ErrorAnswer } from '../../http/respond.ts';

/** Answers of Splunk's HTTP Event Collector, as its documentation numbers them. */
const collectorAnswers = {
  success: { text: 'Success', code: 0 },
  noToken: { text: 'Token is required', code: 2 },
  invalidToken: { text: 'Invalid token', code: 4 },
  noData: { text: 'No data', code: 5 },
  invalidFormat: { text: 'Invalid data format', code: 6 },
  busy: { text: 'Server is busy', code: 9 },
  healthy: { text: 'HEC is healthy', code: 17 },
  tooLarge: { text: 'Request entity too large', code: 27 },
} as const;

export function respondCollector(name: 'success' | 'healthy'): Answer {
  return respondJson(200, collectorAnswers[name]);
}

/** Writes an error in the form of the collector; next to it is the sentence that says what to do. */
export function collectorError({ status, headers, errorDescription, problems }: ErrorAnswer): Answer {
  const [problem] = problems;
  const respond = (kind: { readonly text: string; readonly code: number }, more: object = {}) =>
    respondJson(status, { ...kind, ...more, errorDescription }, headers);
  if (status >= 500) return respond(collectorAnswers.busy);
  if (status === 413) return respond(collectorAnswers.tooLarge);
  if (status === 403) return respond(collectorAnswers.invalidToken);
  if (problem?.field === 'x-customer-id') return respond(collectorAnswers.noToken);
  if (problem?.field === 'authorization') return respond(collectorAnswers.invalidToken);
  if (problem?.field === 'body') return respond(collectorAnswers.noData);
  return respond(collectorAnswers.invalidFormat, { 'invalid-event-number': problem?.index });
}
