import type { AnswerContent } from '../route.ts';
import { referenceTo, type Json } from './json-schema.ts';

/** The content of an answer, by media type. */
export type AnswerMedia = Readonly<
  Record<string, { readonly schema: Json; readonly example?: unknown; readonly examples?: Json }>
>;

/** Describes the media types of an answer, each with its example. */
export function mediaOf(content: AnswerContent, examples: Json = {}): AnswerMedia {
  const media = Object.entries(content).map(([type, schema]) => {
    const isNamed = schema !== 'text' && schema !== 'bytes';
    const described = { schema: isNamed ? referenceTo(schema) : { type: 'string' }, example: examples[type] };
    return [type, described] as const;
  });
  return Object.fromEntries(media);
}
