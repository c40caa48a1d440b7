import * as z from 'zod';
import { dimensions, type DimensionField } from '../../../lib/domain/dimensions.ts';

const noDimensions = 'none';
const names = dimensions.map(({ name }) => `\`${name}\``).join(', ');

/** The values of the parameter `dimensions`, for its description. */
export const dimensionChoices = `\`${noDimensions}\`, or some of ${names}`;

/** The parameter `dimensions`: names of dimensions, separated by commas. */
export const dimensionsParameter = z
  .string()
  .transform((text, context): ReadonlySet<DimensionField> => {
    const asked = new Set(text.split(','));
    const found = dimensions.filter(({ name }) => asked.has(name));
    if (found.length === asked.size || (asked.size === 1 && asked.has(noDimensions)))
      return new Set(found.map(({ field }) => field));
    context.addIssue({ code: 'custom', message: `must be ${noDimensions}, or some of ${names}` });
    return z.NEVER;
  })
  .optional();
