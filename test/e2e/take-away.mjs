// Loaded into the emulator with `--import`: removes protections, by replacing a piece of source for each.
//   TAKE_AWAY  their names, separated by commas
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { sourcesWithout } from './sources-without.mjs';

const protections = {
  'ids in the window': {
    file: 'lib/domain/window-aggregate.ts',
    from: 'const added = unseen(held, partials);',
    to: 'const added = partials;',
  },
  'emission of a duplicate': {
    file: 'lib/pipeline/ingest/emit-stored.ts',
    from: 'await outbox.emit(stored.customerId, partials);',
    to: 'if (isFirst) await outbox.emit(stored.customerId, partials);',
  },
  // Takes every batch for counted, and is done with it.
  verify: {
    file: 'lib/pipeline/verify/verify.ts',
    from: 'const uncounted = await findUncounted([...headers.values()], store, retention);',
    to: 'const uncounted = { places: new Map(), failures: new Map() };',
  },
  'notification before the window': {
    file: 'local-store/notifications/notifying-object-store.ts',
    from: `
    const message = await traced('hold', key, () => target.queue.hold(text));
    minutes?.add(message.id, key, barrier);
    return settleAfter(message, write);
`,
    to: `
    const result = await write();
    await target.queue.send(text);
    return result;
`,
  },
  'a start looks at temporary files': {
    file: 'local-store/notifications/notifying-object-store.ts',
    from: 'for (const intent of intents?.left ?? []) {',
    to: 'for (const intent of []) {',
  },
  'window before the checkpoint': {
    file: 'event-source/stream/deliver.ts',
    from: `
    const { outcome, took } = await delivery.run(() => invoke(partition, next.records, context));
    const done = doneOf(outcome, next.records);
    if (done > 0) {
      failures = 0;
      await delivery.onDone(next.records.slice(0, done));
    }
`,
    to: `
    await delivery.onDone(next.records);
    const { outcome, took } = await delivery.run(() => invoke(partition, next.records, context));
    const done = doneOf(outcome, next.records);
`,
  },
};

if (isMainThread) {
  register('./replacing-loader.mjs', import.meta.url, {
    data: sourcesWithout(process.env.TAKE_AWAY.split(','), protections),
  });
}
