// The protections that keep the counts exact, each as pieces of source. Without any of them, some history breaks a
// law.

const verify = {
  file: 'lib/pipeline/verify/verify.ts',
  from: 'const uncounted = await findUncounted([...headers.values()], store, retention);',
  to: 'const uncounted = { places: new Map(), failures: new Map() };',
};

/** The pieces of source of each protection, in the order of `--table`. */
export const protections = {
  'ids in the window': [
    {
      file: 'lib/domain/window-aggregate.ts',
      from: 'const added = unseen(held, partials);',
      to: 'const added = partials;',
    },
  ],
  'conditional write of a window': [
    {
      file: 'test/simulation/simulated-store.ts',
      from: 'if (!holds) throw',
      to: "if (!holds && !key.startsWith('aggregates/')) throw",
    },
  ],
  'conditional creation of a batch': [
    {
      file: 'test/simulation/simulated-store.ts',
      from: 'if (!holds) throw',
      to: "if (!holds && !key.startsWith('batches/')) throw",
    },
  ],
  'a lost race starts again': [
    {
      file: 'lib/pipeline/aggregate/add-to-window.ts',
      from: 'if (error instanceof PreconditionFailed) return false;',
      to: 'if (error instanceof PreconditionFailed) return true;',
    },
    verify,
  ],
  'comparison of payloads': [
    {
      file: 'lib/pipeline/ingest/ingest.ts',
      from: 'if (stored.payloadHash !== batch.payloadHash) throw',
      to: 'if (false) throw',
    },
  ],
  'comparison of payloads with what was emitted lately': [
    {
      file: 'lib/pipeline/ingest/find-repetition.ts',
      from: 'if (stored.payloadHash !== (await batch.payloadHash)) return undefined;',
      to: '',
    },
  ],
  'a refused batch is looked for in the store': [
    {
      file: 'lib/pipeline/ingest/accept-batch.ts',
      from: 'const repeated = await repeatStored(decoded, ports);',
      to: 'const repeated = undefined;',
    },
  ],
  'comparison of payloads with what is stored': [
    {
      file: 'lib/pipeline/ingest/repeat-stored.ts',
      from: 'if (header === undefined || header.payloadHash !== (await batch.payloadHash)) return undefined;',
      to: 'if (header === undefined) return undefined;',
    },
    {
      file: 'lib/pipeline/ingest/repeat-stored.ts',
      from: 'if (stored?.payloadHash === header.payloadHash) return stored;',
      to: 'if (stored !== undefined) return stored;',
    },
  ],
  'a forgotten batch is no repetition': [
    {
      file: 'lib/pipeline/ingest/find-repetition.ts',
      from: 'if (isForgotten(stored.storedAt, await readTombstone(customerId, store))) return undefined;',
      to: '',
    },
  ],
  'partials are decided once': [
    {
      file: 'lib/pipeline/ingest/ingest.ts',
      from: 'return { stored, isFirst: false };',
      to: `{
    const { partials } = stored.payloadHash === batch.payloadHash ? batch : stored;
    return { stored: { ...stored, partials }, isFirst: false };
  }`,
    },
  ],
  verify: [verify],
  'notification with the write': [
    {
      file: 'test/simulation/world.ts',
      from: 'if (!plan.isLaptop) queue?.send(key);',
      to: 'if (!plan.isLaptop && chance.happens(0.9)) queue?.send(key);',
    },
  ],
  'checkpoint after the window': [
    {
      file: 'test/simulation/simulated-source.ts',
      from: "if (failed === 'nothing' || chance.happens(0.02)) return 0;",
      to: "if (failed === 'nothing') return records.length;",
    },
    verify,
  ],
  'the hour is read before its minutes': [
    {
      file: 'lib/pipeline/roll-up/recompute-window.ts',
      from: `    const object = await store.get(key);
    const current = object && decodeObject(key, object.body, decodeWholeRolledUp);
    const parts = await sumOfParts(key, size, store, tombstone, (minute, forgetting) =>
      forgetMinute(minute, forgetting, store),
    );
`,
      to: `    const parts = await sumOfParts(key, size, store, tombstone);
    const object = await store.get(key);
    const current = object && decodeObject(key, object.body, decodeWholeRolledUp);
`,
    },
  ],
  'the day follows an unchanged hour': [
    {
      file: 'lib/pipeline/roll-up/roll-up.ts',
      from: "rolledUp.filter(({ outcome }) => !('error' in outcome));",
      to: "rolledUp.filter(({ outcome }) => !('error' in outcome) && outcome.kind !== 'unchanged');",
    },
  ],
  'a minute is rolled up when the index has its day': [
    {
      file: 'lib/pipeline/roll-up/roll-up.ts',
      from: "await add({ key: indexKey, size: 'customer', notifications }, index);",
      to: "rolledUp.push({ key: indexKey, size: 'customer', notifications, outcome: { kind: 'unchanged' } });",
    },
  ],
  'an entry of the index is read before its windows': [
    {
      file: 'lib/pipeline/customer-index/update-customer-index.ts',
      from: "changed === 'all' ? await beginIndexUpdate(segment, store) : changed.begun;",
      to: 'await beginIndexUpdate(segment, store);',
    },
  ],
  'conditional write of an entry of the index': [
    {
      file: 'test/simulation/simulated-store.ts',
      from: 'if (!holds) throw',
      to: "if (!holds && !key.startsWith('customers/')) throw",
    },
  ],
  'an entry of the index is made again while its windows are removed': [
    {
      file: 'lib/pipeline/customer-index/update-customer-index.ts',
      from: "if (tombstone === undefined || hadForgottenAll(atFirst, tombstone)) return written ?? 'unchanged';",
      to: "return written ?? 'unchanged';",
    },
  ],
  'forgetting looks at the index last': [
    {
      file: 'lib/pipeline/forget/forget-customer.ts',
      from: 'const index = isOver() ? 0 : await passIndex();',
      to: 'const index = 0;',
    },
  ],
  'what a removed window held is emitted before its tombstone is complete': [
    {
      file: 'lib/pipeline/forget/announce-uncounted.ts',
      from: 'await outbox.emit(customerId, await partialsAt(lacking, body, failedRecords));',
      to: 'void partialsAt;',
    },
  ],
  'what is remembered of the index is read again when it changed': [
    {
      file: 'lib/pipeline/query/customer-entries.ts',
      from: 'return known?.version === version ? known?.days : undefined;',
      to: 'return known?.days;',
    },
  ],
  'minutes that wait to be rolled up are reported': [
    {
      file: 'lib/pipeline/query/counting-progress.ts',
      from: 'rollUps: bothOf(minutes, notRolledUp) };',
      to: 'rollUps: minutes };',
    },
  ],
  'the barrier of a written minute': [
    {
      file: 'local-store/roll-ups/waiting-minutes.ts',
      from: 'else if (known < through) through = known;',
      to: '',
    },
  ],
  'progress is asked before the counts are read': [
    {
      file: 'lib/pipeline/query/query.ts',
      from: 'const counted = progressFor(',
      to: 'const early = [];\n  for await (const each of reader.windows(query, 16)) early.push(each);\n  const counted = progressFor(',
    },
    {
      file: 'lib/pipeline/query/query.ts',
      from: 'of windowsOf(query, reader, work)',
      to: 'of early',
    },
  ],
  'a start looks at leftovers': [
    {
      file: 'test/simulation/simulated-intents.ts',
      from: 'processes.onDeath(process, () => this.#start([intent]));',
      to: 'processes.onDeath(process, () => void this.#intents.delete(intent));',
    },
  ],
  'a start sends the messages of leftovers': [
    {
      file: 'test/simulation/simulated-intents.ts',
      from: '      this.#ports.send(intent.key);\n    }',
      to: '    }',
    },
  ],
  'the temporary file stays until its message is durable': [
    {
      file: 'test/simulation/simulated-intents.ts',
      from: 'const { scheduler, send } = this.#ports;\n',
      to: 'const { scheduler, send } = this.#ports;\n    this.#intents.delete(intent);\n    forget();\n',
    },
  ],
  'a batch is dated behind the tombstone': [
    {
      file: 'lib/pipeline/ingest/ingest.ts',
      from: 'describe(batch, storedAfter(tombstone, now), options)',
      to: 'describe(batch, now, options)',
    },
  ],
  'what is late does not bring a forgotten customer back': [
    {
      file: 'lib/pipeline/aggregate/add-to-window.ts',
      from: 'const alive = received.filter(({ partial }) => !isForgotten(partial.storedAt, forgotten));',
      to: 'const alive = received;',
    },
  ],
  'the tombstone is looked at after the window is written': [
    {
      file: 'lib/pipeline/aggregate/count-groups.ts',
      from: 'else if (look?.tombstone !== undefined && !isKnown(look.tombstone, attempt)) again.push(group);',
      to: '',
    },
  ],
  'a sum is made again while its parts are removed': [
    {
      file: 'lib/pipeline/roll-up/recompute-window.ts',
      from: 'if (tombstone === undefined || hadForgottenAll(tombstoneAtFirst, tombstone)) {',
      to: '{',
    },
  ],
  'only what was judged is removed': [
    {
      file: 'lib/pipeline/forget/remove-object.ts',
      from: 'await store.delete(key, { ifMatch: object.etag });',
      to: 'await store.delete(key);',
    },
  ],
  'a barrier from before the clock was set back': [
    {
      file: 'local-store/roll-ups/waiting-minutes.ts',
      from: 'barrier?.timesSetBack === timesSetBack ? barrier.through : undefined',
      to: 'barrier?.through',
    },
  ],
  'the horizon is asked before each write': [
    {
      file: 'lib/pipeline/aggregate/add-to-window.ts',
      from: 'if (retention !== undefined && partial.windowStart < (await retention.horizon())) {',
      to: 'if (false) {',
    },
  ],
  'nothing is deleted before the horizon is settled': [
    {
      file: 'lib/domain/retention.ts',
      from: 'return isSettled ? current.horizon : settled;',
      to: 'return current?.horizon ?? settled;',
    },
  ],
  'a window keeps the rules of its recount': [
    {
      file: 'lib/domain/window-aggregate.ts',
      from: 'recounted: current?.recounted,',
      to: '',
    },
  ],
  'a recount waits for what other rules counted': [
    {
      file: 'lib/domain/judge-recount.ts',
      from: 'if (!isOfTheseRules) waiting += 1;',
      to: '',
    },
  ],
  'a recount looks again at windows that were written meanwhile': [
    {
      file: 'lib/pipeline/recount/write-windows.ts',
      from: "if (results[place] === 'changed') changed(key);",
      to: '',
    },
  ],
  'a recount counts partials behind those of an earlier one': [
    {
      file: 'lib/domain/judge-recount.ts',
      from: 'place < recounted ? isRecountedSo : undefined',
      to: 'recounted > 0 ? isRecountedSo : undefined',
    },
  ],
  'a recount reads windows before batches': [
    {
      file: 'lib/pipeline/recount/recount.ts',
      from: 'const newest = await listPartials({ known: batches, partials }, tombstone, ports, options, reporter);',
      to: '',
    },
    {
      file: 'lib/pipeline/recount/recount.ts',
      from: 'const windows = await readSnapshots(openKeys, snapshots, ports, options, reporter);',
      to:
        'const newest = await listPartials({ known: batches, partials }, tombstone, ports, options, reporter);\n' +
        '  const windows = await readSnapshots(openKeys, snapshots, ports, options, reporter);',
    },
  ],
  'a recount looks at the tombstone after the batches': [
    {
      file: 'lib/pipeline/recount/recount.ts',
      from: "if (!isSame(tombstone, tombstoneNow)) return { kind: 'forgotten', tombstone: tombstoneNow };",
      to: '',
    },
    {
      file: 'lib/pipeline/recount/recount.ts',
      from: "if (!isSame(tombstone, forgotten)) return { kind: 'forgotten', tombstone: forgotten };",
      to: '',
    },
  ],
  'an audit counts a recounted window by its rules': [
    {
      file: 'lib/pipeline/audit/compare-window.ts',
      from: 'const partial = countedPartial(contribution, isRenewed);',
      to: 'const { partial } = contribution;',
    },
  ],
};
