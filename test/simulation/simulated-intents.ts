import type { ObjectKey } from '../../lib/domain/keys.ts';
import { PreconditionFailed, Unavailable } from '../../lib/errors.ts';
import type { Operations } from './faults.ts';
import type { Processes } from './processes.ts';
import type { Process, Scheduler } from './scheduler.ts';
import type { KeptObject } from './simulated-store.ts';

/**
 * A temporary file that says which object it becomes. The file is durable; while it exists, the object's own name may
 * not be.
 */
interface Intent {
  readonly key: ObjectKey;
  readonly object: KeptObject;
  /** True if the object was put in its place, where a start may have to put it again. */
  wasPlaced: boolean;
}

interface IntentPorts {
  readonly scheduler: Scheduler;
  readonly operations: Operations;
  readonly processes: Processes;
  readonly objects: Map<ObjectKey, KeptObject>;
  /** Puts an object in its place. */
  readonly place: (key: ObjectKey, object: KeptObject) => void;
  /** Sends the message of a creation, durably. */
  readonly send: (key: ObjectKey) => void;
}

/**
 * Creates objects like the laptop form: first the temporary file is durable, then the object appears and is
 * acknowledged, and the message is sent some time later. The next start finishes what a process left.
 */
export class SimulatedIntents {
  readonly #ports: IntentPorts;
  readonly #intents = new Set<Intent>();

  constructor(ports: IntentPorts) {
    this.#ports = ports;
  }

  async create(key: ObjectKey, object: KeptObject, process: Process): Promise<void> {
    const { operations, processes } = this.#ports;
    const intent = { key, object, wasPlaced: false };
    await operations.run(process, `write temporary file of ${key}`, 'read', () => this.#begin(intent));
    const forget = processes.onDeath(process, () => this.#start([intent]));
    try {
      await operations.run(process, `put ${key}`, 'write', () => this.#place(intent));
    } finally {
      // This also happens if it is not known whether the file was written.
      this.#announceLater(intent, process, forget);
    }
  }

  /** Removes the temporary file of a deleted object, or a start would bring the object back. */
  deleted(key: ObjectKey): void {
    for (const intent of this.#intents) {
      if (intent.key === key && intent.wasPlaced) this.#intents.delete(intent);
    }
  }

  /** Forgets the names that were not flushed. Current writes end with their processes. */
  cutPower(): void {
    const { objects, scheduler } = this.#ports;
    for (const { key, object } of this.#intents) {
      if (objects.get(key) === object && scheduler.chance.happens(0.5)) objects.delete(key);
    }
  }

  #begin(intent: Intent): void {
    const { key } = intent;
    if (this.#ports.objects.has(key)) throw new PreconditionFailed(`${key} is there.`);
    for (const other of this.#intents) {
      if (other.key === key) throw new Unavailable(`${key} is being created at this moment.`);
    }
    this.#intents.add(intent);
  }

  #place(intent: Intent): void {
    const { key, object, wasPlaced } = intent;
    if (this.#ports.objects.has(key)) throw new PreconditionFailed(`${key} is there.`);
    intent.wasPlaced = true;
    if (wasPlaced) this.#ports.objects.set(key, object);
    else this.#ports.place(key, object);
  }

  #announceLater(intent: Intent, process: Process, forget: () => void): void {
    const { scheduler, send } = this.#ports;
    scheduler.offer(`announce ${intent.key}`, () => {
      if (!process.isAlive) return;
      send(intent.key);
      this.#intents.delete(intent);
      forget();
    });
  }

  /** Recovers like the next start: each temporary file becomes its object, and its message is sent. */
  #start(left: readonly Intent[]): void {
    for (const intent of left) {
      if (!this.#intents.delete(intent)) continue;
      if (!this.#ports.objects.has(intent.key)) this.#place(intent);
      this.#ports.send(intent.key);
    }
  }
}
