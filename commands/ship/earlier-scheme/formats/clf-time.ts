/** The time of a line in the Common Log Format, such as `10/Oct/2000:13:55:36 -0700`; it has no group. */
export const clfTime = String.raw`\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}`;

const pattern = new RegExp(`^${clfTime}$`);
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Returns a time in the form of RFC 3339, or `undefined` for another text. It does not check that the day exists. */
export function parseClfTime(text: string): string | undefined {
  const month = months.indexOf(text.slice(3, 6)) + 1;
  if (month === 0 || !pattern.test(text)) return undefined;
  const date = `${text.slice(7, 11)}-${String(month).padStart(2, '0')}-${text.slice(0, 2)}`;
  return `${date}T${text.slice(12, 20)}${text.slice(21, 24)}:${text.slice(24)}`;
}
