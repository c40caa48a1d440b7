const numbers = [0, 1].map(
  (digits) => new Intl.NumberFormat('en', { minimumFractionDigits: digits, maximumFractionDigits: digits }),
);
const byteUnits = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];

/** Formats a number of bytes: `12.5 MB`. */
export function formatBytes(bytes: number): string {
  return withUnit(bytes, byteUnits, 1_000);
}

/** Formats a duration: `850 ms`, `1.2 s`, `2.5 min`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 60_000) return withUnit(milliseconds, ['ms', 's'], 1_000);
  return withUnit(milliseconds / 60_000, ['min', 'h'], 60);
}

/** Formats a number with the largest unit of which there is at least one. */
function withUnit(amount: number, units: readonly string[], factor: number): string {
  let place = 0;
  let scaled = amount;
  // What would be rounded up to the next unit belongs to it.
  while (scaled >= factor - 0.05 && place < units.length - 1) {
    scaled /= factor;
    place += 1;
  }
  const isWhole = place === 0 && Number.isInteger(scaled);
  const format = isWhole || scaled >= 99.95 ? numbers[0] : numbers[1];
  const unit = amount === 1 && units[0] === 'bytes' ? 'byte' : (units[place] ?? '');
  return `${format?.format(scaled) ?? ''} ${unit}`;
}
