/** An instruction of a Dockerfile, its line breaks undone. */
export interface Instruction {
  readonly keyword: string;
  /** The rest of the line without flags such as `--mount`. */
  readonly argument: string;
}

export function instructionsOf(dockerfile: string): Instruction[] {
  const lines = dockerfile.replaceAll(/^#.*\n/gm, '').replaceAll(/\\\n\s*/g, '');
  return [...lines.matchAll(/^(?<keyword>[A-Z]+)\s+(?:--\S+\s+)*(?<argument>.+)$/gm)].map(
    ({ groups: { keyword = '', argument = '' } = {} }) => ({ keyword, argument }),
  );
}

/** Returns the command of a `CMD` or `HEALTHCHECK` in its exec form. */
export function execForm(argument: string): string[] {
  const command: unknown = JSON.parse(argument.replace(/^CMD\s+/, ''));
  if (Array.isArray(command) && command.every((word) => typeof word === 'string')) return command;
  throw new Error(`This is not in the exec form: ${argument}`);
}
