import { DirectorySettler } from './directory-settler.ts';
import { etagOf } from './etag.ts';
import { errorCode } from '../../lib/error-code.ts';
import { groupBy, type NonEmpty } from '../../lib/group-by.ts';
import type { FileOperations } from './file-operations.ts';
import { intentPath, parseIntent, type Intent } from './intent.ts';
import { directoryOf, placeOf, temporaryDirectoryName } from './key-place.ts';
import { TemporaryFile } from './temporary-file.ts';

/**
 * Finishes what earlier processes left in the temporary directory: if the file of an intent is whole, its object is
 * durably put in its place; other files are removed. Returns the intents; their files stay until the intents end.
 *
 * Such a file may be the only copy of an acknowledged object, because the object's name is flushed after the answer.
 * If there are several whole files for one absent object, the latest counts: the earlier ones had failed before it
 * was tried.
 */
export function recoverIntents(root: string, operations: FileOperations): readonly Intent[] {
  const directories = new DirectorySettler(root, operations, false);
  const left: Intent[] = [];
  const found = sweep(root, operations);
  // The name of a file whose process died may not be durable, and the object must not be durable before it.
  if (found.length > 0) directories.make(temporaryDirectoryName);
  const latestFirst = [...found].sort((a, b) => b.sequence - a.sequence);
  for (const intents of groupBy(latestFirst, ({ key }) => key).values()) {
    const kept = recoverObject(root, intents, operations, directories);
    for (const intent of intents) if (intent !== kept) operations.unlink(intentPath(root, intent));
    if (kept !== undefined) left.push(kept);
  }
  return left;
}

/** Returns the intents and removes all other files. */
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

/** Makes sure that the object is in its place, and returns the intent that stands for it. */
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

/**
 * Makes a copy, because the file itself may only be in the system's memory and cannot be flushed unless it is opened
 * for writing.
 */
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
