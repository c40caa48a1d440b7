import { referenceTo } from './json-schema.ts';
import type { OperationText } from './operation.ts';

/** The text of the route that makes share links. */
export const shareTexts = {
  shareCounts: {
    summary: 'Make a share link',
    description:
      'Whoever has the token can read the counts of the customer until it expires: it takes the place of an API key in `authorization: Bearer <token>` (or `Share <token>`), and the dashboard takes it behind `/#share=`. It allows nothing else, and no further link. Where there are API keys, it needs one, and ends with it.',
    requestBody: {
      required: false,
      content: {
        'application/json': {
          schema: referenceTo('ShareLinkOptions'),
          example: { expiresInSeconds: 604_800 },
        },
      },
    },
    answers: {
      201: {
        description: 'The link is made. Nothing is stored.',
        headers: ['cache-control'],
        examples: {
          'application/json': {
            token:
              'las_1767550320_abababababababab_Y3VzLWF4b24_00000000000000000000000000000000_00000000000000000000000000000000',
            customerId: 'cus-axon',
            expiresAt: '2026-01-04T18:12:00.000Z',
          },
        },
      },
    },
  },
} as const satisfies Readonly<Record<string, OperationText>>;
