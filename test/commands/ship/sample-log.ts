/** Makes lines of the Combined format, one a second, all of them different. */
export function combinedLines(count: number, path = '/p'): string[] {
  return Array.from({ length: count }, (_, line) => {
    const clock = new Date(Date.UTC(2025, 11, 28, 18) + line * 1_000).toISOString().slice(11, 19);
    return `192.0.2.1 - - [28/Dec/2025:${clock} +0000] "GET ${path}/${line}?secret=1 HTTP/1.1" 200 12 "-" "curl/8.7.1"`;
  });
}

export function logText(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
