import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ObjectKey } from '../../lib/domain/keys.ts';
import type { Change } from '../../local-store/object-directory/change.ts';
import { etagOf } from '../../local-store/object-directory/etag.ts';
import type { FileOperations } from '../../local-store/object-directory/file-operations.ts';
import { intentName, type Intent } from '../../local-store/object-directory/intent.ts';
import { temporaryDirectoryName } from '../../local-store/object-directory/key-place.ts';
import { ObjectWriter } from '../../local-store/object-directory/object-writer.ts';
import { recoverIntents } from '../../local-store/object-directory/recover-intents.ts';
import { observedFileOperations, systemError } from './observed-file-operations.ts';
import { volatileDisk, type VolatileDisk } from './volatile-disk.ts';

/**
 * The power is cut after every file operation of a writer whose temporary files are intents, and a start then finishes
 * everything that could be left. Each part of the order is taken away in turn and has to do the harm that it keeps off.
 */

const root = '/data/objects';
const temporaryDirectory = `${root}/${temporaryDirectoryName}`;

/** The harm of a power cut and the start after it. */
type Harm =
  /** To an acknowledged object: there is none. */
  | 'lost'
  /** To an acknowledged change: there is what was there before it. */
  | 'undone'
  /** To any object: there is a content that nobody wrote. */
  | 'torn'
  /** To a new object: it is there, its message is not sent, and the start does not know. */
  | 'unannounced';

type Content = string | undefined;

/** The operations with a part of their order taken away. */
type TakenAway = (operations: FileOperations) => FileOperations;

const nothing: TakenAway = (operations) => operations;

interface Watched {
  /** Contents that may be there. */
  allowed: readonly Content[];
  readonly intent: Intent;
  isAnnounced: boolean;
}

function intentOf(key: string, content: string, sequence: number): Intent {
  const body = Buffer.from(content);
  return { key: key as ObjectKey, sequence, size: body.length, etag: etagOf(body) };
}

function newDisk(directories: readonly string[] = []): VolatileDisk {
  return volatileDisk([dirname(root), root, temporaryDirectory, ...directories]);
}

function temporaryPathOf(intent: Intent): string {
  return `${temporaryDirectory}/${intentName(intent)}`;
}

function writeFile({ operations }: VolatileDisk, path: string, content: string): void {
  const descriptor = operations.create(path);
  operations.write(descriptor, Buffer.from(content));
  operations.flushData(descriptor);
  operations.flushDirectory(dirname(path));
}

/** Returns the result of a start for an object and its temporary file. */
function recovered(
  { intent }: Watched,
  atPlace: Content,
  temporary: Content,
): { content: Content; isLeft: boolean } {
  const directories = ['batches', 'batches/cus-a', 'batches/cus-b'].map((name) => `${root}/${name}`);
  const disk = newDisk(atPlace === undefined ? [] : directories);
  const place = `${root}/${intent.key}`;
  if (atPlace !== undefined) writeFile(disk, place, atPlace);
  if (temporary !== undefined) writeFile(disk, temporaryPathOf(intent), temporary);
  const left = recoverIntents(root, disk.operations);
  // The start may be cut off as well, right afterwards.
  const [content, ...others] = disk.afterPowerCut(place);
  expect(others).toEqual([]);
  return { content, isLeft: left.some(({ sequence }) => sequence === intent.sequence) };
}

class WatchedObjects {
  readonly harm = new Set<Harm>();
  readonly disk: VolatileDisk;
  readonly #objects = new Map<string, Watched>();
  readonly #written = new Set<Content>();

  constructor(disk: VolatileDisk) {
    this.disk = disk;
  }

  begin(intent: Intent, content: string): void {
    this.#objects.set(intent.key, { allowed: [undefined, content], intent, isAnnounced: false });
    this.#written.add(content);
  }

  /** A change of what is there already. */
  change(key: string, content: Content): void {
    const object = this.#object(key);
    object.allowed = [...object.allowed, content];
    this.#written.add(content);
  }

  acknowledge(key: string, content: Content): void {
    this.#object(key).allowed = [content];
  }

  announce(key: string): void {
    this.#object(key).isAnnounced = true;
  }

  /** The power is cut: what could a start make of it? */
  look(): void {
    for (const object of this.#objects.values()) {
      for (const atPlace of this.disk.afterPowerCut(`${root}/${object.intent.key}`)) {
        for (const temporary of this.disk.afterPowerCut(temporaryPathOf(object.intent))) {
          this.#judge(object, recovered(object, atPlace, temporary));
        }
      }
    }
  }

  #judge({ allowed, isAnnounced }: Watched, found: { content: Content; isLeft: boolean }): void {
    const { content, isLeft } = found;
    if (!allowed.includes(content)) {
      if (content === undefined) this.harm.add('lost');
      else this.harm.add(this.#written.has(content) ? 'undone' : 'torn');
    }
    if (content !== undefined && !isAnnounced && !isLeft) this.harm.add('unannounced');
  }

  #object(key: string): Watched {
    const object = this.#objects.get(key);
    if (object === undefined) throw new RangeError(`Nobody has begun ${key}.`);
    return object;
  }
}

/** Every harm that a power cut and a start could do, after whichever operation. */
function harmTo(takenAway: TakenAway): ReadonlySet<Harm> {
  const objects = new WatchedObjects(newDisk());
  const operations = takenAway(observedFileOperations(() => objects.look(), objects.disk.operations));
  const writer = new ObjectWriter(root, operations);
  const write = (changes: readonly Change[]) =>
    expect(writer.write(changes).map(({ status }) => status)).toEqual(changes.map(() => 'done'));
  const create = (...contents: readonly (readonly [key: string, content: string, sequence: number])[]) => {
    const created = contents.map(([key, content, sequence]) => {
      const intent = intentOf(key, content, sequence);
      objects.begin(intent, content);
      return { kind: 'create', key: intent.key, body: Buffer.from(content), intent } as const;
    });
    write(created);
    for (const [key, content] of contents) objects.acknowledge(key, content);
    objects.look();
    return created.map(({ intent }) => intent);
  };
  const end = (intents: readonly Intent[]) => {
    for (const { key } of intents) objects.announce(key);
    writer.endIntents(intents);
    objects.look();
  };
  const remove = (key: string) => {
    objects.change(key, undefined);
    objects.announce(key); // who is about to delete an object needs no message of it
    write([{ kind: 'delete', key: key as ObjectKey }]);
    objects.acknowledge(key, undefined);
    objects.look();
  };

  const first = create(['batches/cus-a/1', 'first of a', 1]);
  const second = create(
    ['batches/cus-a/2', 'second of a', 2],
    ['batches/cus-b/1', 'first of b', 3],
    ['batches/cus-b/2', 'second of b', 4],
  );
  end(first);
  remove('batches/cus-b/1'); // with its intent
  create(['batches/cus-b/3', 'third of b', 5]);
  remove('batches/cus-a/1'); // whose intent is ended
  end(second);
  remove('batches/cus-b/2'); // whose intent was ended last
  objects.change('batches/cus-a/2', 'another second of a');
  const etag = etagOf(Buffer.from('second of a'));
  const body = Buffer.from('another second of a');
  write([{ kind: 'replace', key: 'batches/cus-a/2' as ObjectKey, body, etag }]);
  objects.acknowledge('batches/cus-a/2', 'another second of a');
  objects.look();
  return objects.harm;
}

/** The operations without flushing the temporary directory, or others, where `skips` says so. */
function withoutFlushOf(skips: (path: string) => boolean): TakenAway {
  return (operations) => ({
    ...operations,
    flushDirectory(path) {
      if (!skips(path)) operations.flushDirectory(path);
    },
  });
}

/** Flushes the temporary directory only for what has a name there, and not for what has lost it. */
function flushingTemporaryNamesOnly(operations: FileOperations): FileOperations {
  let hasNew = true;
  return {
    ...operations,
    create(path) {
      hasNew = true;
      return operations.create(path);
    },
    flushDirectory(path) {
      if (path !== temporaryDirectory || hasNew) operations.flushDirectory(path);
      if (path === temporaryDirectory) hasNew = false;
    },
  };
}

describe('a writer with intents whose power is cut', () => {
  it('keeps every acknowledged object, tears none, and announces each one that exists', () => {
    expect(harmTo(nothing)).toEqual(new Set());
  });

  it.each<{ what: string; takenAway: TakenAway; harm: readonly Harm[] }>([
    {
      what: 'contents to be flushed',
      takenAway: (operations) => ({ ...operations, flushData: () => {} }),
      harm: ['lost', 'torn'],
    },
    {
      what: 'the names of temporary files to be flushed before objects appear',
      takenAway: withoutFlushOf((path) => path === temporaryDirectory),
      harm: ['lost', 'unannounced', 'undone'],
    },
    {
      what: 'the names of objects to be flushed before their temporary files go',
      takenAway: withoutFlushOf((path) => path.startsWith(`${root}/batches`)),
      harm: ['lost', 'undone'],
    },
    {
      what: 'temporary files to be gone for good before their objects are deleted',
      takenAway: flushingTemporaryNamesOnly,
      harm: ['undone'],
    },
  ])('needs $what', ({ takenAway, harm }) => {
    expect(harmTo(takenAway)).toEqual(new Set(harm));
  });
});

/** The same where the process dies, with the power on, after whichever operation of a creation, and a start follows. */
function harmAfterACrash(takenAway: TakenAway): ReadonlySet<Harm> {
  const content = 'first of a';
  const intent = intentOf('batches/cus-a/1', content, 1);
  const harm = new Set<Harm>();
  for (let lifetime = 1, hasDied = true; hasDied; lifetime += 1) {
    const objects = new WatchedObjects(newDisk());
    objects.begin(intent, content);
    let operationsLeft = lifetime;
    const dying = observedFileOperations(() => {
      if (operationsLeft === 0) throw systemError('EIO');
      operationsLeft -= 1;
    }, objects.disk.operations);
    const writer = new ObjectWriter(root, dying);
    const [outcome] = writer.write([{ kind: 'create', key: intent.key, body: Buffer.from(content), intent }]);
    hasDied = operationsLeft === 0;
    if (outcome?.status === 'done') objects.acknowledge(intent.key, content);
    objects.look();
    recoverIntents(root, takenAway(observedFileOperations(() => objects.look(), objects.disk.operations)));
    objects.look();
    for (const each of objects.harm) harm.add(each);
  }
  return harm;
}

describe('where a process died before, a start', () => {
  it('finishes what it finds, and a power cut does not undo that', () => {
    expect(harmAfterACrash(nothing)).toEqual(new Set());
  });

  it('needs to flush the names that it finds', () => {
    expect(harmAfterACrash(withoutFlushOf((path) => path === temporaryDirectory))).toEqual(
      new Set(['unannounced']),
    );
  });

  it('removes files of earlier versions, whose names say nothing', () => {
    const disk = newDisk();
    writeFile(disk, `${temporaryDirectory}/4711-1-2`, 'half a batch');
    disk.operations.makeDirectory(`${temporaryDirectory}/.touched`);
    expect(recoverIntents(root, disk.operations)).toEqual([]);
    expect(disk.names(temporaryDirectory)).toEqual([]);
  });

  it('takes the latest whole file of several for one absent object', () => {
    const disk = newDisk();
    const [refused, taken, torn] = ['refused', 'taken', 'torn'].map((content, place) =>
      intentOf('batches/cus-a/1', content, place + 8),
    );
    if (refused === undefined || taken === undefined || torn === undefined) throw new Error('unreachable');
    writeFile(disk, temporaryPathOf(refused), 'refused');
    writeFile(disk, temporaryPathOf(taken), 'taken');
    writeFile(disk, temporaryPathOf(torn), 'to');
    expect(recoverIntents(root, disk.operations)).toEqual([taken]);
    expect(disk.operations.read(`${root}/batches/cus-a/1`).toString()).toBe('taken');
    expect(disk.names(temporaryDirectory)).toEqual([intentName(taken)]);
  });
});
