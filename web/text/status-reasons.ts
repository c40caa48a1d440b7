/** Names of the most common status codes (RFC 9110, section 15, and RFC 6585). */
const reasons: Readonly<Record<string, string>> = {
  '200': 'OK',
  '201': 'Created',
  '202': 'Accepted',
  '204': 'No content',
  '206': 'Partial content',
  '301': 'Moved',
  '302': 'Found',
  '303': 'See other',
  '304': 'Not modified',
  '307': 'Redirect',
  '308': 'Redirect',
  '400': 'Bad request',
  '401': 'Unauthorized',
  '403': 'Forbidden',
  '404': 'Not found',
  '405': 'Not allowed',
  '408': 'Timeout',
  '409': 'Conflict',
  '410': 'Gone',
  '413': 'Too large',
  '422': 'Not valid',
  '429': 'Too many',
  '499': 'Client left',
  '500': 'Server error',
  '501': 'Not built',
  '502': 'Bad gateway',
  '503': 'Unavailable',
  '504': 'Gateway timeout',
};

export function statusReason(status: string): string {
  return Object.hasOwn(reasons, status) ? (reasons[status] ?? '') : '';
}
