import { DirectorySettler } from './directory-settler.ts';
import { etagOf } from './etag.ts';
import { errorCode } from '../../lib/error-code.ts';
import { groupBy, type NonEmpty } from '../../lib/group-by.ts';
import type { FileOperations } from './file-operations.ts';
import { intentPath, parseIntent, type Intent } from './intent.ts';
import { directoryOf, placeOf, temporaryDirectoryName } from './key-place.ts';
import { TemporaryFile } from './temporary-file.ts';

/**
 * Finishes what earlier processes have left in the temporary directory: it puts the object of an intent whose file is whole
 * at its place, durably, and drops files that are not whole. Returns the intents; their files stay until the intents end.
 *
 * An object may have been acknowledged and be nowhere else, since its name is flushed later than that. Of several whole
 * files for one absent object the latest counts: an earlier one had failed when that was tried.
 */
export function recoverIntents(root: string, operations: FileOperations): readonly Intent[] {
  const directories = new DirectorySettler(root, operations, false);
  const left: Intent[] = [];
  const found = sweep(root, operations);
  // A file whose process died may not have a durable name, and its object must not outlive it.
  if (found.length > 0) directories.make(temporaryDirectoryName);
  const latestFirst = [...found].sort((a, b) => b.sequence - a.sequence);
  for (const intents of groupBy(latestFirst, ({ key }) => key).values()) {
    const kept = recoverObject(root, intents, operations, directories);
    for (const intent of intents) if (intent !== kept) operations.unlink(intentPath(root, intent));
    if (kept !== undefined) left.push(kept);
  }
  return left;
}

/** Returns the intents, and removes all other files. */
function sweep(root: string, operations: FileOperations): readonly Intent[] {
  const directory = `${root}/${temporaryDirectoryName}`;
  return operations.names(directory).flatMap((name) => {
    const intent = parseIntent(name);
    if (intent !== undefined) return [intent];
    const path = `${directory}/${name}`;
    if (operations.isDirectory(path)) operations.removeDirectory(path);
    else operations.unlink(path);
    return [];
  });
}

/** Makes sure that the object is at its place, and returns the intent that stands for it. */
function recoverObject(
  root: string,
  intents: NonEmpty<Intent>,
  operations: FileOperations,
  directories: DirectorySettler,
): Intent | undefined {
  const [latest] = intents;
  const place = placeOf(root, latest.key);
  const directory = directoryOf(latest.key);
  if (operations.exists(place)) {
    directories.settle(directory);
    return latest;
  }
  for (const intent of intents) {
    const body = wholeBody(root, intent, operations);
    if (body === undefined) continue;
    directories.make(directory);
    create(root, place, body, operations);
    directories.flush(directory);
    return intent;
  }
  return undefined;
}

function wholeBody(root: string, intent: Intent, operations: FileOperations): Buffer | undefined {
  const path = intentPath(root, intent);
  if (operations.isLink(path) || operations.isDirectory(path)) return undefined;
  const body = operations.read(path);
  return body.length === intent.size && etagOf(body) === intent.etag ? body : undefined;
}

/** A copy, as the file itself may be in the system's memory alone and cannot be flushed without being opened to write. */
function create(root: string, place: string, body: Buffer, operations: FileOperations): void {
  const temporary = new TemporaryFile(`${root}/${temporaryDirectoryName}/recovered`, operations);
  try {
    temporary.write(body);
    temporary.flush();
    temporary.linkTo(place);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  } finally {
    temporary.discard();
  }
}
