/** How the entries of a body are written: as one JSON array, or as a JSON object a line. */
export type MediaType = 'application/json' | 'application/x-ndjson';

/** The media type that a `content-type` names, whatever its parameters; `undefined` for one that nobody here reads. */
export function parseMediaType(contentType: string): MediaType | undefined {
  const [essence = ''] = contentType.split(';');
  switch (essence.trim().toLowerCase()) {
    case 'application/json':
      return 'application/json';
    case 'application/x-ndjson':
    case 'application/ndjson':
      return 'application/x-ndjson';
    default:
      return undefined;
  }
}
