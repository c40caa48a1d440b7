/** An instruction of a Dockerfile, its line breaks undone. */
export interface Instruction {
  readonly keyword: string;
  /** The rest of the line without flags such as `--mount`. */
  readonly argument: string;
}

function instructionsOf(dockerfile: string): Instruction[] {
  const lines = dockerfile.replaceAll(/^#.*\n/gm, '').replaceAll(/\\\n\s*/g, '');
  return [...lines.matchAll(/^(?<keyword>[A-Z]+)\s+(?:--\S+\s+)*(?<argument>.+)$/gm)].map(
    ({ groups: { keyword = '', argument = '' } = {} }) => ({ keyword, argument }),
  );
}

/** Returns the instructions of one image of a Dockerfile. */
export function stageOf(dockerfile: string, name: string): Instruction[] {
  const instructions = instructionsOf(dockerfile);
  const first = instructions.findIndex(
    ({ keyword, argument }) => keyword === 'FROM' && argument.endsWith(` AS ${name}`),
  );
  if (first === -1) throw new Error(`There is no image ${name}.`);
  const rest = instructions.slice(first + 1);
  const end = rest.findIndex(({ keyword }) => keyword === 'FROM');
  return end === -1 ? rest : rest.slice(0, end);
}

/** Returns the command of a `CMD` or `HEALTHCHECK` in its exec form. */
export function execForm(argument: string): string[] {
  const command: unknown = JSON.parse(argument.replace(/^CMD\s+/, ''));
  if (Array.isArray(command) && command.every((word) => typeof word === 'string')) return command;
  throw new Error(`This is not in the exec form: ${argument}`);
}
