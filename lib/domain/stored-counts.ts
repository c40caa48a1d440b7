import { UnreadableFormat } from '../errors.ts';
import { countsOf, countsShape, countsToJson, type Counts } from './dimensions.ts';
import type { Measures } from './measures.ts';
import {
  addStoredErrorPaths,
  errorsOfPathsSchema,
  packErrors,
  toStoredErrorPaths,
  type ErrorsOfPaths,
} from './stored-error-paths.ts';
import {
  fitPaths,
  fromStoredMeasures,
  measuresShape,
  packMeasures,
  storedMeasuresIn,
  toStoredMeasures,
  type StoredMeasures,
} from './stored-measures.ts';

/** The fields of counts and measures in the schema of a stored document. */
export const storedCountsShape = {
  ...countsShape,
  ...measuresShape,
  errorsOfPaths: errorsOfPathsSchema.exactOptional(),
};

/** Counts and measures of a document, as `storedCountsShape` reads them. */
export interface StoredCounts extends Counts, StoredMeasures {
  readonly errorsOfPaths?: ErrorsOfPaths;
}

/** Counts, and the sums of facts. */
export interface CountsAndMeasures {
  readonly counts: Counts;
  readonly measures?: Measures | undefined;
}

/** Builds the JSON form of counts and measures in windows; counts come first, as `served-window.ts` expects. */
export function storedCounts({ counts, measures }: CountsAndMeasures): object {
  const withoutErrors = countsToJson({ ...counts, requestsByErrorPath: new Map() });
  const paths = Object.keys(withoutErrors.requestsByPath ?? {});
  const { errorsOfPaths, others } = toStoredErrorPaths(counts.requestsByErrorPath, paths);
  return {
    ...(others.size === 0
      ? withoutErrors
      : countsToJson({ ...counts, requestsByErrorPath: new Map(others) })),
    ...(errorsOfPaths && { errorsOfPaths: packErrors(errorsOfPaths) }),
    ...packMeasures(toStoredMeasures(measures, paths, counts.requestsByPath)),
  };
}

/** Reports whether counts or measures have something that programs before these would not keep. */
export function needFacts({ counts, measures }: CountsAndMeasures): boolean {
  return measures !== undefined || Object.keys(countsToJson(counts)).length > fieldsBeforeFacts;
}

/** Paths, user agents and statuses. */
const fieldsBeforeFacts = 3;

/**
 * Reads counts and measures from the fields of a document.
 * @param what  the subject of error messages: `A window`
 * @throws UnreadableFormat  they do not fit together
 */
export function readStoredCounts(fields: StoredCounts, what: string): CountsAndMeasures {
  const counts = countsOf(fields);
  const { errorsOfPaths } = fields;
  const stored = storedMeasuresIn(fields);
  const paths = [...counts.requestsByPath.keys()];
  const areErrorsRight =
    errorsOfPaths === undefined || addStoredErrorPaths(errorsOfPaths, paths, counts.requestsByErrorPath);
  if (!areErrorsRight || !fitPaths(fields, paths.length)) {
    throw new UnreadableFormat(`${what} is damaged: it has counts for paths that it does not have.`);
  }
  const measures = stored && fromStoredMeasures(stored, counts.requestsByPath);
  return measures === undefined ? { counts } : { counts, measures };
}
