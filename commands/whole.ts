/** Formats a rounded number for people: `12,345`. */
export function whole(number: number): string {
  return Math.round(number).toLocaleString('en-US');
}
