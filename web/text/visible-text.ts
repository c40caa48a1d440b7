/** Controls, marks that turn the direction of text around, and characters without a width: nobody could see them. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

/**
 * A path or an agent as a person can read it. What is invisible, or would make its surroundings read differently, is shown
 * by its code point.
 */
export function visibleText(text: string): string {
  return text.replace(invisible, (character) => {
    const code = character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0') ?? '';
    return `⟨U+${code}⟩`;
  });
}
