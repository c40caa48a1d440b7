/** The number, rounded, as people read it: `12,345`. */
export function whole(number: number): string {
  return Math.round(number).toLocaleString('en-US');
}
