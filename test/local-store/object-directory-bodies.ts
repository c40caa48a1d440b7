/** Creates a body of 2 to 40 kB that contains its name, and whose parts cannot be taken for the whole. */
export function bodyOf(name: string): Buffer {
  const lines = 100 + ((name.length * 31 + name.charCodeAt(name.length - 1)) % 20) * 100;
  return Buffer.from(`${name}\n${'a line of a log\n'.repeat(lines)}end of ${name}\n`);
}

/** Returns the name of a whole body; throws for anything else. */
export function nameOf(body: Buffer): string {
  const text = body.toString();
  const name = text.slice(0, text.indexOf('\n'));
  if (!body.equals(bodyOf(name)))
    throw new Error(`A torn object of ${body.length} bytes, begins with ${name}.`);
  return name;
}
