// The protections of the design that splits a customer's minute into parts, each as pieces of source.
const counting = 'test/simulation/split/counting.ts';
const removing = 'test/simulation/split/removing.ts';

/** The pieces of source of each protection, in the order of `--split --table`. */
export const splitProtections = {
  'split: the number of parts is decided once': [
    {
      file: counting,
      from: 'await emit(partialsOf(stored), stream);',
      to: 'await emit(partialsOf({ ...stored, parts: sent.parts }), stream);',
    },
  ],
  'split: ids in each part': [{ file: counting, from: 'if (ids.includes(partial.id)) continue;', to: '' }],
  'split: a part is replaced only if unchanged': [
    {
      file: 'test/simulation/simulated-store.ts',
      from: 'if (!holds) throw',
      to: "if (!holds && !key.startsWith('aggregates/minute/')) throw",
    },
  ],
  'split: the hour is read before its parts': [
    {
      file: counting,
      from: `    const object = await store.get(key);
    const parts = await readParts(customer, hour, store);
`,
      to: `    const parts = await readParts(customer, hour, store);
    const object = await store.get(key);
`,
    },
  ],
  'split: parts of all numbers are read': [
    {
      file: counting,
      from: 'const part = await readDocument<Part>(key, store);\n    if (part !== undefined) parts.push(part);',
      to: "const part = await readDocument<Part>(key, store);\n    if (part !== undefined && !key.includes('.2-')) parts.push(part);",
    },
  ],
  'split: progress is asked before the parts are read': [
    {
      file: 'test/simulation/split/world.ts',
      from: 'const through = await operations',
      to: 'const early = await readParts(customer, hour, ports.store);\n        const through = await operations',
    },
    {
      file: 'test/simulation/split/world.ts',
      from: 'const parts = await readParts(customer, hour, ports.store);\n        const tombstone',
      to: 'const parts = early;\n        const tombstone',
    },
  ],
  'split: verify looks into the part of the partial': [
    {
      file: counting,
      from: 'if (!part?.ids.includes(partial.id)) uncounted.push(partial);',
      to: 'if (part === undefined) uncounted.push(partial);',
    },
  ],
  'split: the tombstone is read before a part is created': [
    {
      file: counting,
      from: 'const tombstone = known ?? (current ? undefined : await',
      to: 'const tombstone = known ?? (true ? undefined : await',
    },
    {
      file: counting,
      from: 'known = latest;',
      to: 'return;',
    },
  ],
  'split: the tombstone is looked at after a part is written': [
    {
      file: counting,
      from: 'if (latest === undefined || latest.before === known?.before) return;',
      to: 'return;',
    },
  ],
  'split: what a removed part had besides is emitted again': [
    {
      file: removing,
      from: 'await emit(await uncountedOf(batch, store), stream);',
      to: 'continue;',
    },
  ],
  'split: the horizon is asked before each write of a part': [
    { file: counting, from: 'if (minute < (await readHorizon(store))) return;', to: '' },
  ],
};
