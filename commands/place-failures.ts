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

/** The trouble of AWS, and of what was deployed there. */
export const deployedFailures: readonly Failure[] = [
  failure(Unavailable, (error) => describeAwsTrouble(error) ?? reasonOf(error)),
  failure(UnreadableFormat),
  failure(InvalidConfig),
];

/** The trouble of a data directory or of what was deployed, wherever a command works on either. */
export const placeFailures: readonly Failure[] = [
  { matches: isDenied, describe: describeDenied },
  ...deployedFailures,
  failure(UnusableDataDirectory),
  failure(DirectoryInUse),
  failure(SymbolicLink),
  failure(ServiceUnreadable),
];
