import type { Crash } from './crashed-batch.ts';
import { describeRow, type CrashRow } from './crashed-row.ts';

const betweenStreams = { insights: 1, late: 0 };
const lostEmission: Crash = { at: 'after put object batches/' };

const rows: readonly CrashRow[] = [
  { name: 'before the batch', crashes: [{ at: 'before put object batches/' }], isStored: false },
  { name: 'after the batch, before it is emitted', crashes: [lostEmission], isStored: true },
  {
    name: 'before its notification is written',
    crashes: [{ at: 'before announce batches/' }],
    isStored: true,
  },
  { name: 'after its notification is written', crashes: [{ at: 'after announce batches/' }], isStored: true },
  {
    name: 'while the next start writes its notification',
    crashes: [lostEmission, { at: 'before announce batches/' }],
    isStored: true,
  },
  {
    name: 'between the two streams of a batch',
    crashes: [{ at: 'after append insights' }],
    isStored: true,
    records: betweenStreams,
  },
  { name: 'after the second of its streams', crashes: [{ at: 'after append late' }], isStored: true },
  {
    name: 'before a window is written',
    crashes: [{ at: 'before put object aggregates/minute/' }],
    isStored: true,
  },
  {
    name: 'after a window is written',
    crashes: [{ at: 'after put object aggregates/minute/' }],
    isStored: true,
  },
  {
    name: 'before a second window is written',
    crashes: [{ at: 'before put object aggregates/minute/', nth: 2 }],
    isStored: true,
  },
  {
    name: 'after the second window',
    crashes: [{ at: 'after put object aggregates/minute/', nth: 2 }],
    isStored: true,
  },
  { name: 'before the checkpoint', crashes: [{ at: 'before checkpoint insights' }], isStored: true },
  { name: 'after the checkpoint', crashes: [{ at: 'after checkpoint insights' }], isStored: true },
  { name: 'before the late checkpoint', crashes: [{ at: 'before checkpoint late' }], isStored: true },
  { name: 'after the late checkpoint', crashes: [{ at: 'after checkpoint late' }], isStored: true },
  {
    name: 'before verify emits again',
    crashes: [lostEmission, { at: 'before append insights' }],
    isStored: true,
  },
  {
    name: 'between the streams that verify emits on',
    crashes: [lostEmission, { at: 'after append insights' }],
    isStored: true,
    records: betweenStreams,
  },
  {
    name: 'after verify emits again',
    crashes: [lostEmission, { at: 'after append late' }],
    isStored: true,
  },
  {
    name: 'before what verify emitted is in its window',
    crashes: [lostEmission, { at: 'before put object aggregates/minute/' }],
    isStored: true,
  },
  { name: 'before verify is done', crashes: [{ at: 'before delete messages verify' }], isStored: true },
  { name: 'after verify is done', crashes: [{ at: 'after delete messages verify' }], isStored: true },
  {
    name: 'before an hour is written',
    crashes: [{ at: 'before put object aggregates/hour/' }],
    isStored: true,
  },
  {
    name: 'between an hour and its day',
    crashes: [{ at: 'after put object aggregates/hour/' }],
    isStored: true,
  },
  { name: 'before a day is written', crashes: [{ at: 'before put object aggregates/day/' }], isStored: true },
  { name: 'after a day is written', crashes: [{ at: 'after put object aggregates/day/' }], isStored: true },
  { name: 'before a roll-up is done', crashes: [{ at: 'before delete messages roll-up' }], isStored: true },
  { name: 'after a roll-up is done', crashes: [{ at: 'after delete messages roll-up' }], isStored: true },
];

rows.forEach(describeRow);
