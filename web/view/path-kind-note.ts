import type { Total } from '../api/answers.ts';
import type { PathChoice } from '../figures/path-kinds.ts';
import { describePathKind } from '../text/path-kinds.ts';
import { element, setText } from './elements.ts';

/** Explains the choice of pages or assets. */
export function showPathKindNote({ topPaths, requests }: Total, chosen: PathChoice): void {
  const note = topPaths === undefined ? '' : describePathKind(chosen, topPaths, requests);
  element('path-kinds-note', HTMLParagraphElement).hidden = note === '';
  setText('path-kinds-note', note);
}
