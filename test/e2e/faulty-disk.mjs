// Loaded into the emulator, and so into its threads, with `--import`: makes operations on its files fail or wait
// while a test says so in the file that FAULT_FILE names. That file has JSON, or does not exist if there is no fault:
//   operation  create, write, fdatasync, fsync, link, rename, mkdir: of the thread that writes objects
//              read: of objects
//              reserve: of room in the log; commit: to the log
//   path       text that its path contains
//   code       of the error that it fails with, such as ENOSPC; or
//   stands     true if it only begins when this fault is over, as on a slow disk; or
//   exitsAfter  true if the thread ends after the operation
import fs from 'node:fs';
import fsPromises from 'node:fs/promises';
import { register, syncBuiltinESMExports } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';

const { readFileSync, writeSync } = fs;
const standardOutput = 1;
const pollMilliseconds = 10;

/** Returns the fault for the operation now, if any. */
function faultOf(operation, path) {
  let text;
  try {
    text = readFileSync(process.env.FAULT_FILE, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
  const fault = JSON.parse(text);
  return fault.operation === operation && String(path).includes(fault.path) ? fault : undefined;
}

function injected({ operation, code }) {
  return Object.assign(new Error(`${code}: injected into ${operation}`), { code });
}

/** Applies the fault; `faulty-lmdb.mjs` also uses it, for commits. */
export async function befall(operation, path) {
  const fault = faultOf(operation, path);
  if (fault?.stands) {
    tellStanding(operation);
    while (faultOf(operation, path) !== undefined) await sleep(pollMilliseconds);
  } else if (fault !== undefined) throw injected(fault);
}

function tellStanding(operation) {
  // Written at once, even by a thread that then waits.
  writeSync(standardOutput, `stands still: ${operation}\n`);
}

function faultySync(operation, name, pathOf) {
  const real = fs[name];
  fs[name] = (...args) => {
    const fault = faultOf(operation, pathOf(...args));
    if (fault?.code !== undefined) throw injected(fault);
    if (fault?.stands) {
      tellStanding(operation);
      while (faultOf(operation, pathOf(...args)) !== undefined) Atomics.wait(idle, 0, 0, pollMilliseconds);
    }
    const result = real(...args);
    if (fault?.exitsAfter === true) process.exit(7);
    return result;
  };
}

const idle = new Int32Array(new SharedArrayBuffer(4));

function makeWritesFaulty() {
  const paths = new Map();
  const pathOf = (descriptor) => paths.get(descriptor);
  const { openSync } = fs;
  faultySync('create', 'openSync', (path, flags) => (flags === 'wx' ? path : undefined));
  const faultyOpen = fs.openSync;
  fs.openSync = (path, flags, ...more) => {
    const descriptor = (flags === 'wx' ? faultyOpen : openSync)(path, flags, ...more);
    paths.set(descriptor, path);
    return descriptor;
  };
  faultySync('write', 'writeSync', pathOf);
  faultySync('fdatasync', 'fdatasyncSync', pathOf);
  faultySync('fsync', 'fsyncSync', pathOf);
  faultySync('link', 'linkSync', (_from, to) => to);
  faultySync('rename', 'renameSync', (_from, to) => to);
  faultySync('mkdir', 'mkdirSync', (path) => path);
}

function makeReadsFaulty() {
  const { open } = fs;
  fs.open = (path, flags, ...more) => {
    const fault = faultOf('read', path);
    if (fault === undefined) return open(path, flags, ...more);
    more.at(-1)(injected(fault));
  };
}

function makeReservationFaulty() {
  const { open } = fsPromises;
  const paths = new Map();
  fsPromises.open = async (path, ...more) => {
    const file = await open(path, ...more);
    if (String(path).endsWith('data.mdb')) paths.set(file.fd, path);
    return file;
  };
  faultySync('reserve', 'writeSync', (descriptor) => paths.get(descriptor));
}

if (isMainThread) {
  makeReadsFaulty();
  makeReservationFaulty();
  register('./faulty-lmdb-resolver.mjs', import.meta.url);
} else {
  makeWritesFaulty();
}
syncBuiltinESMExports();
