import { InvalidConfig } from '../lib/config.ts';
import { Unavailable, UnreadableFormat } from '../lib/errors.ts';
import { reasonOf } from '../lib/reason-of.ts';
import { DirectoryInUse } from '../local-store/owner-lock.ts';
import { SymbolicLink } from '../local-store/symbolic-link.ts';
import { describeAwsTrouble } from './aws-trouble.ts';
import { UnusableDataDirectory } from './data-directory.ts';
import { failure, type Failure } from './define-command/failures.ts';
import { describeDenied, isDenied } from './permission-denied.ts';
import { ServiceUnreadable } from './service.ts';

/** The failures of AWS and of a deployed pipeline. */
export const deployedFailures: readonly Failure[] = [
  failure(Unavailable, (error) => describeAwsTrouble(error) ?? reasonOf(error)),
  failure(UnreadableFormat),
  failure(InvalidConfig),
];

/** The failures of a command that works on a data directory or on a deployed pipeline. */
export const placeFailures: readonly Failure[] = [
  { matches: isDenied, describe: describeDenied },
  ...deployedFailures,
  failure(UnusableDataDirectory),
  failure(DirectoryInUse),
  failure(SymbolicLink),
  failure(ServiceUnreadable),
];
