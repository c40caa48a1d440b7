// The protections that keep the cluster form exact, each as pieces of source. The numbers are those of the rules in
// its design.

const noVerify = {
  file: 'lib/pipeline/verify/verify.ts',
  from: 'const uncounted = await findUncounted([...headers.values()], store, retention);',
  to: 'const uncounted = { places: new Map(), failures: new Map() };',
};

/** Makes puts take long more often; otherwise few seeds show what the next protections prevent. */
const slowPuts = {
  file: 'test/simulation/cluster/plan.ts',
  from: 'slowBatches: oneOf(0, 0.3)',
  to: 'slowBatches: 0.5',
};

/** The pieces of source of each protection, in the order of `--cluster --table`. */
export const clusterProtections = {
  '1 intent before the put': [
    {
      file: 'lib/pipeline/ingest/store-announced.ts',
      from: 'const milliseconds = await outbox.announce(batch);',
      to: 'const kept = await store(); await outbox.announce(batch); return { result: kept, hasIntent: true };\n  const milliseconds = 0;',
    },
  ],
  '1 deadline of the put': [
    slowPuts,
    {
      file: 'lib/pipeline/ingest/store-announced.ts',
      from: 'const stored = await Promise.race([storing, over]);',
      to: 'over.catch(() => {}); return { result: (await storing).result, hasIntent: true };\n    const stored = undefined as never;',
    },
  ],
  '1 the time of a put begins before its intent': [
    slowPuts,
    {
      file: 'lib/pipeline/ingest/store-announced.ts',
      from: 'const milliseconds = await outbox.announce(batch);',
      to: 'const given = await outbox.announce(batch);\n  const milliseconds = given && given + timers.elapsed() - begunAt;',
    },
  ],
  '1 an absent batch is waited for': [
    {
      file: 'lib/pipeline/summarize/summarize.ts',
      from: "if (batch === undefined) return isOver ? { kind: 'absent' } : { kind: 'waiting' };",
      to: "if (batch === undefined) return { kind: 'absent' };",
    },
  ],
  '1 the look at an absent batch begins after its time': [
    slowPuts,
    {
      file: 'lib/pipeline/summarize/summarize.ts',
      from: "if (batch === undefined) return isOver ? { kind: 'absent' } : { kind: 'waiting' };",
      to: `if (batch === undefined) {
            return announced.intents.every((intent) => isPutOver(intent, ports, options)) ? { kind: 'absent' } : { kind: 'waiting' };
          }`,
    },
  ],
  '1 an absent batch is looked for during a day': [
    {
      file: 'lib/pipeline/verify/is-done.ts',
      from: 'return !(hasIntents && isYoung);',
      to: 'return true;',
    },
  ],
  '2 partials are durable before the intent is done': [
    {
      file: 'lib/pipeline/summarize/summarize.ts',
      from: 'await emit(batch.customerId, partials, streams);',
      to: 'emit(batch.customerId, partials, streams).catch(() => {});',
    },
  ],
  '2 windows are written before the partials are done': [
    {
      file: 'test/simulation/cluster/counting.ts',
      from: 'const { failed } = await aggregate(received, portsOf(process), options);',
      to: 'const failed: { record: { sequenceNumber: string } }[] = [];\n          aggregate(received, portsOf(process), options).catch(() => {});',
    },
  ],
  '2 the notification is durable before the write returns': [
    {
      file: 'lib/pipeline/windows/notifying-store.ts',
      from: 'if (key.startsWith(aggregatesPrefix)) await notifier.notify([key]);',
      to: 'if (key.startsWith(aggregatesPrefix)) notifier.notify([key]).catch(() => {});',
    },
  ],
  '2 aggregate notifies for windows that hold everything': [
    {
      file: 'lib/pipeline/aggregate/add-to-window.ts',
      from: 'await notifier?.notify([key]);',
      to: '',
    },
  ],
  '3 a barrier waits for each hop in turn': [
    {
      file: 'lib/domain/barrier.ts',
      from: 'const begun: Barrier = { begunAt: at, hop: 0, targets: targetsOf(hops[0], look) };',
      to: 'const begun: Barrier = { begunAt: at, hop: 1, targets: targetsOf(hops[1], look) };',
    },
  ],
  '3 commits are read before ends': [
    {
      file: 'lib/pipeline/barriers/watch-barriers.ts',
      from: `    const committed = await ofEach(({ group, topic }) => offsets.committed(group, topic));
    const starts = await ofEach(({ topic }) => offsets.starts(topic));
    const ends = await ofEach(({ topic }) => readEnds(topic));
`,
      to: `    const ends = await ofEach(({ topic }) => readEnds(topic));
    const starts = await ofEach(({ topic }) => offsets.starts(topic));
    const committed = await ofEach(({ group, topic }) => offsets.committed(group, topic));
`,
    },
  ],
  '3 the instant is from before the ends': [
    {
      file: 'lib/pipeline/barriers/watch-barriers.ts',
      from: 'const found: OffsetLook = { at, committed,',
      to: 'const found: OffsetLook = { at: clock.now(), committed,',
    },
  ],
  '3 an end that is smaller than one seen is not believed': [
    {
      file: 'test/simulation/cluster/plan.ts',
      from: 'deposed: oneOf(0, 0, 0.02, 0.1)',
      to: 'deposed: 0.2',
    },
    {
      file: 'lib/domain/barrier.ts',
      from: '(ends.get(partition) ?? -1n) >= end);',
      to: '(ends.get(partition) ?? -1n) >= 0n || end < 0n);',
    },
  ],
  '3 progress is asked before the counts are read': [
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
  '3 clocks may differ': [
    {
      file: 'lib/pipeline/barriers/watch-barriers.ts',
      from: 'return new Date(begunAt.getTime() - clockDifferenceMilliseconds);',
      to: 'return begunAt;',
    },
  ],
  '4 verify waits for a barrier': [
    {
      file: 'lib/domain/judge-batch/is-off-stream.ts',
      from: 'if (through !== undefined && through > last) return true;',
      to: 'if (last !== undefined) return true;',
    },
  ],
  '5 what is not proved is put on the next topic first': [
    {
      file: 'test/simulation/cluster/verifiers.ts',
      from: 'if (next !== undefined && onward.length > 0) await next.append(onward, process);',
      to: 'if (next !== undefined && onward.length > 0 && cluster.scheduler.chance.happens(0.5)) await next.append(onward, process);',
    },
  ],
  '5 a batch that waits is not done': [
    {
      file: 'test/simulation/cluster/verifiers.ts',
      from: 'const stay = offsetsOf(waiting);',
      to: 'const stay = new Set<number>();',
    },
    {
      file: 'test/simulation/cluster/verifiers.ts',
      from: 'const again = offsetsOf(unproved);',
      to: 'const again = offsetsOf(unproved.filter((batch) => !waiting.includes(batch)));',
    },
  ],
  '5 the first time is kept': [
    {
      file: 'test/simulation/cluster/verifiers.ts',
      from: 'value: Buffer.from(JSON.stringify({ key, firstAt, attempts: attempts + 1 })),',
      to: 'value: Buffer.from(JSON.stringify({ key, firstAt: firstAt * 0 + cluster.scheduler.time, attempts: attempts + 1 })),',
    },
  ],
  '6 a loss of records ends all barriers': [
    {
      file: 'lib/domain/barrier.ts',
      from: 'if (hasLost(look, hops, seenEnds)) return { ...noBarriers, seenEnds, lookedAt: at };',
      to: '',
    },
    {
      file: 'lib/domain/barrier.ts',
      from: 'const known = isGap(barriers.lookedAt, look, maxGapMilliseconds) ? noBarriers : barriers;',
      to: 'const known = barriers;',
    },
  ],
  '6 batches are announced again after a loss': [
    {
      file: 'test/simulation/cluster/losses.ts',
      from: 'while (!(await announceAgain(topic === windows))) await scheduler.sleep(chance.upTo(1_000));',
      to: 'void announceAgain;',
    },
  ],
  '6 after a loss no memory is believed': [
    {
      file: 'lib/pipeline/summarize/summarize.ts',
      from: 'if (!isAfterLoss && emittedBatches.has(batch))',
      to: 'if (emittedBatches.has(batch))',
    },
  ],
  '8 poison is kept and passed over': [
    {
      file: 'test/simulation/cluster/summarizer.ts',
      from: 'if (comesAgain(outcome)) failed.add(intent.record.offset);',
      to: "if (comesAgain(outcome) || outcome.kind === 'unreadable') failed.add(intent.record.offset);",
    },
  ],
  '8 a damaged minute holds up nobody else': [
    {
      file: 'lib/pipeline/roll-up/roll-up.ts',
      from: 'if (!isForGood || notification === undefined) return result;',
      to: 'return result;',
    },
  ],
  '9 a batch is dated behind the tombstone': [
    {
      file: 'lib/pipeline/ingest/ingest.ts',
      from: 'describe(batch, storedAfter(tombstone, now), options)',
      to: 'describe(batch, now, options)',
    },
  ],
  '9 what is late does not bring a forgotten customer back': [
    {
      file: 'lib/pipeline/aggregate/add-to-window.ts',
      from: 'const alive = received.filter(({ partial }) => !isForgotten(partial.storedAt, forgotten));',
      to: 'const alive = received;',
    },
  ],
  '9 the tombstone is looked at after the window is written': [
    {
      // Otherwise the next roll-up removes what is left.
      file: 'lib/pipeline/roll-up/recompute-window.ts',
      from: 'forgetMinute(minute, forgetting, store),',
      to: 'Promise.resolve({ minute, forgetting }),',
    },
    {
      file: 'lib/pipeline/aggregate/count-groups.ts',
      from: 'else if (look?.tombstone !== undefined && !isKnown(look.tombstone, attempt)) again.push(group);',
      to: '',
    },
  ],
  '9 verify removes what was stored late for a forgotten customer': [
    {
      file: 'lib/pipeline/verify/settle-batch.ts',
      from: 'await forgetBatch(key, state.tombstone, store);',
      to: 'void forgetBatch;',
    },
  ],
  verify: [noVerify],
};
