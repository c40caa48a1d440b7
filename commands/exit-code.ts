import { InvalidConfig } from '../lib/config.ts';
import { Unavailable, UnreadableFormat } from '../lib/errors.ts';
import { DirectoryInUse } from '../local-store/owner-lock.ts';
import { SymbolicLink } from '../local-store/symbolic-link.ts';
import { reasonOf } from '../lib/reason-of.ts';
import { BadArguments } from './command-line.ts';
import { UnusableDataDirectory } from './data-directory.ts';
import { ServiceUnreadable } from './service.ts';
import { UnknownFormat } from './ship/formats/detect-format.ts';
import { UnreadableLog } from './ship/log.ts';

const couldNotBegin = [
  InvalidConfig,
  Unavailable,
  UnreadableFormat,
  DirectoryInUse,
  SymbolicLink,
  UnusableDataDirectory,
  ServiceUnreadable,
  UnknownFormat,
  UnreadableLog,
];

/**
 * Runs a command and gives its exit code: 2 where it could not do its work, for a reason that a person can mend.
 * Anything else that is thrown is a fault of the program, and stays one.
 */
export async function exitCodeOf(command: () => Promise<number>): Promise<number> {
  try {
    return await command();
  } catch (error) {
    if (error instanceof BadArguments) console.error(`${error.message} See --help.`);
    else if (couldNotBegin.some((failure) => error instanceof failure)) console.error(messageOf(error));
    else throw error;
    return 2;
  }
}

/** What cannot be had now has its reason in what the system, or AWS, says of it. */
function messageOf(error: unknown): string {
  if (error instanceof Unavailable) return reasonOf(error);
  return error instanceof Error ? error.message : String(error);
}
