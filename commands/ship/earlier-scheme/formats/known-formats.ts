import { albFormat } from './alb.ts';
import { clfFormat } from './clf.ts';
import { cloudFrontFormat } from './cloudfront.ts';
import { jsonFormat, type JsonReadingOptions } from './json.ts';
import type { LineFormat } from './line-format.ts';

export const formatNames = ['combined', 'common', 'alb', 'cloudfront', 'json'] as const;

export type FormatName = (typeof formatNames)[number];

/** Creates a reader of the format of this name: some readers remember the headers of their log. */
export function createFormat(name: FormatName, options: JsonReadingOptions): LineFormat {
  switch (name) {
    case 'combined':
    case 'common':
      return clfFormat(name, options);
    case 'alb':
      return albFormat(options);
    case 'cloudfront':
      return cloudFrontFormat(options);
    case 'json':
      return jsonFormat(options);
  }
}
