import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ObjectKey } from '../../lib/domain/keys.ts';
import type { Change } from '../../local-store/object-directory/change.ts';
import { etagOf } from '../../local-store/object-directory/etag.ts';
import { errorCode } from '../../lib/error-code.ts';
import type { FileOperations } from '../../local-store/object-directory/file-operations.ts';
import { temporaryDirectoryName } from '../../local-store/object-directory/key-place.ts';
import { ObjectWriter } from '../../local-store/object-directory/object-writer.ts';
import { observedFileOperations, systemError } from './observed-file-operations.ts';
import { volatileDisk, type VolatileDisk } from './volatile-disk.ts';

/**
 * Cuts the power after every file operation of the writer, and looks at everything that could then be left. Each part
 * of the order is removed in turn, around the writer, and must then do the harm that it prevents: this shows that the
 * part is needed, and that this disk does forget.
 */

const root = '/data/objects';
const temporaryDirectory = `${root}/${temporaryDirectoryName}`;

/** The harm of a power cut. */
type Harm =
  /** To an acknowledged object: it could be absent. */
  | 'lost'
  /** To an acknowledged change: the content before it could be there. */
  | 'undone'
  /** To any object: it could have a content that nobody wrote. */
  | 'torn';

/** The content of an object; `undefined` if it is absent. */
type Content = string | undefined;

/** A change, and the content of its object after it. */
type Step = readonly [Change, Content];

function created(key: string, content: string): Step {
  return [{ kind: 'create', key: key as ObjectKey, body: Buffer.from(content) }, content];
}

function replaced(key: string, before: string, content: string): Step {
  const etag = etagOf(Buffer.from(before));
  return [{ kind: 'replace', key: key as ObjectKey, body: Buffer.from(content), etag }, content];
}

function deleted(key: string): Step {
  return [{ kind: 'delete', key: key as ObjectKey }, undefined];
}

/** New directories, shared ones and the root; rounds of one change and of many. */
const rounds: readonly (readonly Step[])[] = [
  [created('batches/cus-a/1', 'first of a')],
  [
    created('batches/cus-a/2', 'second of a'),
    created('batches/cus-b/1', 'first of b'),
    created('aggregates/minute/cus-a/18/03', 'a window'),
    created('mark', 'in the root'),
  ],
  [
    replaced('aggregates/minute/cus-a/18/03', 'a window', 'the same window, more of it'),
    created('aggregates/minute/cus-a/18/04', 'the next window'),
    created('aggregates/minute/cus-a/19/00', 'a window of the next hour'),
    replaced('mark', 'in the root', 'in the root, again'),
    deleted('batches/cus-b/1'),
  ],
  [replaced('aggregates/minute/cus-a/18/03', 'the same window, more of it', 'all of the window')],
  // Its directory was deleted together with the object, and is created again.
  [created('batches/cus-b/2', 'second of b')],
  [deleted('aggregates/minute/cus-a/19/00'), created('aggregates/minute/cus-a/20/00', 'a later window')],
];

/** Removes a part of the order from the operations. */
type TakenAway = (operations: FileOperations) => FileOperations;

const nothing: TakenAway = (operations) => operations;

/** Returns every harm that a power cut could do, after any operation of the rounds. */
function harmTo(takenAway: TakenAway): ReadonlySet<Harm> {
  const disk = newDisk();
  const objects = new WatchedObjects(disk);
  const writer = new ObjectWriter(
    root,
    takenAway(observedFileOperations(() => objects.look(), disk.operations)),
  );
  for (const round of rounds) {
    for (const [{ key }, content] of round) objects.begin(key, content);
    const outcomes = writer.write(round.map(([change]) => change));
    expect(outcomes.map(({ status }) => status)).toEqual(round.map(() => 'done'));
    for (const [{ key }, content] of round) objects.acknowledge(key, content);
    objects.look();
  }
  return objects.harm;
}

/**
 * Returns the harm if the process dies, with the power on, after any operation of a creation, and another process is
 * asked for the object. That one either creates it or answers from what it finds, and its answer must stay true.
 */
function harmAfterACrash(kind: 'create' | 'settle', takenAway: TakenAway): ReadonlySet<Harm> {
  const key = 'batches/cus-a/1' as ObjectKey;
  const content = 'first of a';
  const create: Change = { kind: 'create', key, body: Buffer.from(content) };
  const harm = new Set<Harm>();
  for (let lifetime = 1, hasDied = true; hasDied; lifetime += 1) {
    const disk = newDisk();
    const objects = new WatchedObjects(disk);
    objects.begin(key, content);
    let operationsLeft = lifetime;
    const dying = observedFileOperations(() => {
      if (operationsLeft === 0) throw systemError('EIO');
      operationsLeft -= 1;
    }, disk.operations);
    new ObjectWriter(root, dying).write([create]);
    hasDied = operationsLeft === 0;
    for (const name of disk.names(temporaryDirectory))
      disk.operations.unlink(`${temporaryDirectory}/${name}`);

    const writer = new ObjectWriter(
      root,
      takenAway(observedFileOperations(() => objects.look(), disk.operations)),
    );
    const [outcome] = writer.write([kind === 'create' ? create : { kind, key }]);
    expect(outcome?.status).toMatch(/^(done|precondition-failed)$/);
    objects.acknowledge(key, contentAt(disk, key));
    objects.look();
    for (const each of objects.harm) harm.add(each);
  }
  return harm;
}

function newDisk(): VolatileDisk {
  return volatileDisk([dirname(root), root, temporaryDirectory]);
}

/** Returns the content that a reader finds while there is power. */
function contentAt({ operations }: VolatileDisk, key: ObjectKey): Content {
  try {
    return operations.read(`${root}/${key}`).toString();
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    return undefined;
  }
}

/** Objects with their allowed contents, and the harm seen. */
class WatchedObjects {
  readonly harm = new Set<Harm>();
  readonly #disk: VolatileDisk;
  /** Allowed contents of each object: its latest acknowledged one, and one under way. */
  readonly #allowed = new Map<ObjectKey, readonly Content[]>();
  readonly #written = new Set<Content>();

  constructor(disk: VolatileDisk) {
    this.#disk = disk;
  }

  begin(key: ObjectKey, content: Content): void {
    this.#allowed.set(key, [...(this.#allowed.get(key) ?? [undefined]), content]);
    this.#written.add(content);
  }

  acknowledge(key: ObjectKey, content: Content): void {
    this.#allowed.set(key, [content]);
  }

  /** Checks what could be found after a power cut now. */
  look(): void {
    for (const [key, allowed] of this.#allowed) {
      for (const found of this.#disk.afterPowerCut(`${root}/${key}`)) {
        if (!allowed.includes(found)) this.harm.add(this.#harmOf(found));
      }
    }
  }

  #harmOf(found: Content): Harm {
    if (found === undefined) return 'lost';
    return this.#written.has(found) ? 'undone' : 'torn';
  }
}

/** Flushes a content only after it has its name, but before the name is flushed. */
function flushingContentsLate(operations: FileOperations): FileOperations {
  const waiting: number[] = [];
  return {
    ...operations,
    flushData: (descriptor) => void waiting.push(descriptor),
    flushDirectory(path) {
      for (const descriptor of waiting.splice(0)) operations.flushData(descriptor);
      operations.flushDirectory(path);
    },
  };
}

/** Kinds of names that changed in a directory since it was flushed. */
type Unflushed = 'nothing' | 'directories' | 'objects';

/** Flushes a directory only if it has names of these kinds to flush. */
function flushingDirectoriesWith(...those: readonly Unflushed[]): TakenAway {
  return (operations) => {
    const unflushed = new Map<string, Unflushed>();
    const changed = (path: string, what: Unflushed) => void unflushed.set(dirname(path), what);
    return {
      ...operations,
      makeDirectory(path) {
        operations.makeDirectory(path);
        changed(path, 'directories');
      },
      link(path, newPath) {
        operations.link(path, newPath);
        changed(newPath, 'objects');
      },
      rename(path, newPath) {
        operations.rename(path, newPath);
        changed(newPath, 'objects');
      },
      unlink(path) {
        operations.unlink(path);
        changed(path, 'objects');
      },
      flushDirectory(path) {
        if (those.includes(unflushed.get(path) ?? 'nothing')) operations.flushDirectory(path);
        unflushed.delete(path);
      },
    };
  };
}

/** Writes a new object at its place, and not beside it. */
function creatingInPlace(operations: FileOperations): FileOperations {
  return {
    ...operations,
    link(path, newPath) {
      const descriptor = operations.create(newPath);
      operations.write(descriptor, operations.read(path));
      operations.flushData(descriptor);
      operations.close(descriptor);
    },
  };
}

/** Replaces an object in two steps. */
function removingFirst(operations: FileOperations): FileOperations {
  return {
    ...operations,
    rename(path, newPath) {
      operations.unlink(newPath);
      operations.link(path, newPath);
      operations.unlink(path);
    },
  };
}

describe('a writer whose power is cut', () => {
  it('keeps every acknowledged object, and tears none', () => {
    expect(harmTo(nothing)).toEqual(new Set());
  });

  it.each<{ what: string; takenAway: TakenAway; harm: readonly Harm[] }>([
    {
      what: 'contents to be flushed',
      takenAway: (operations) => ({ ...operations, flushData: () => {} }),
      harm: ['torn'],
    },
    {
      what: 'contents to be flushed before they get their names',
      takenAway: flushingContentsLate,
      harm: ['torn'],
    },
    {
      what: 'objects to be written beside their places',
      takenAway: creatingInPlace,
      harm: ['torn'],
    },
    {
      what: 'objects to be replaced in one step',
      takenAway: removingFirst,
      harm: ['lost'],
    },
    {
      what: 'the names of objects to be flushed',
      takenAway: flushingDirectoriesWith('nothing', 'directories'),
      harm: ['lost', 'undone'],
    },
    {
      what: 'the names of new directories to be flushed',
      takenAway: flushingDirectoriesWith('nothing', 'objects'),
      harm: ['lost'],
    },
  ])('needs $what', ({ takenAway, harm }) => {
    expect(harmTo(takenAway)).toEqual(new Set(harm));
  });
});

describe.each(['create', 'settle'] as const)('where another process died before, a "%s"', (kind) => {
  it('answers from what it finds, and a power cut does not undo that', () => {
    expect(harmAfterACrash(kind, nothing)).toEqual(new Set());
  });

  it('needs to flush the directories that it finds', () => {
    expect(harmAfterACrash(kind, flushingDirectoriesWith('directories', 'objects'))).toEqual(
      new Set(['lost']),
    );
  });
});
