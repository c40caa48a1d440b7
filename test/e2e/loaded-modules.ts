/** Returns a setting with which the emulator loads modules of this folder before its own, such as `crash-at.mjs`. */
export function loading(...names: readonly string[]): Readonly<Record<'NODE_OPTIONS', string>> {
  return { NODE_OPTIONS: names.map((name) => `--import ${new URL(name, import.meta.url).href}`).join(' ') };
}
