/** Control characters, marks that turn the direction of text, and characters without width: all invisible. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

/**
 * Makes a path or an agent readable. Shows the code point of each character that is invisible or would change how the
 * text around it reads.
 */
export function visibleText(text: string): string {
  return text.replace(invisible, (character) => {
    const code = character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0') ?? '';
    return `⟨U+${code}⟩`;
  });
}
