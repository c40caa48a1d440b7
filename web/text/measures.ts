const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;
const three = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** Formats a number of bytes: `1.25 MB`, with thousands as they are counted in traffic. */
export function formatBytes(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1_000;
    unit += 1;
  }
  return `${three.format(size)} ${units[unit]}`;
}

/** Formats a duration: `12.3 ms`, `1.2 s`. */
export function formatMilliseconds(milliseconds: number): string {
  if (milliseconds < 999.5) return `${three.format(milliseconds)} ms`;
  const seconds = milliseconds / 1_000;
  return `${seconds < 1_000 ? three.format(seconds) : whole.format(seconds)} s`;
}
