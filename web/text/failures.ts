import { NotReached, Refused } from '../api/client.ts';

/** Describes a failure and what to do about it. */
export function describeFailure(error: unknown): { readonly title: string; readonly text: string } {
  if (error instanceof NotReached) {
    return {
      title: 'The pipeline does not answer',
      text: 'Is it running? On your own machine, start it with “npm start”; elsewhere, check your connection.',
    };
  }
  if (error instanceof Refused && error.status >= 500) {
    return { title: 'The pipeline cannot answer now', text: 'It says: ' + error.message };
  }
  if (error instanceof Refused) {
    return {
      title: 'The pipeline refused this',
      text: `The pipeline says: “${error.message}” Choose another period.`,
    };
  }
  const reason = error instanceof Error ? error.message : String(error);
  return { title: 'The page could not show the answer', text: `${reason} Reload the page.` };
}
