/** The paths that the page lists. */
export type PathChoice = 'all' | PathKind;

/** Pages are what people ask for; assets are files that pages need. */
export type PathKind = (typeof pathKinds)[number];

export const pathKinds = ['pages', 'assets'] as const;

/** Extensions of files that pages load by themselves. All others are of pages, and of what people download. */
const assetExtensions = new Set(
  (
    'js mjs cjs css map wasm ' +
    'png jpg jpeg gif webp avif svg ico bmp cur ' +
    'woff woff2 ttf otf eot ' +
    'mp4 webm ogg oga ogv mp3 m4a m4v mov wav m3u8 m3u ts m4s vtt ' +
    'webmanifest manifest'
  ).split(' '),
);

/**
 * Returns the kind of a counted path, with or without its method; `undefined` for `(other)`, which is paths of both
 * kinds.
 */
export function pathKindOf(key: string): PathKind | undefined {
  if (key === '(other)') return undefined;
  const path = key.slice(key.indexOf(' ') + 1);
  const [file = ''] = /[^/]*$/.exec(path.split(/[?#;]/, 1)[0] ?? '') ?? [];
  const dot = file.lastIndexOf('.');
  if (dot === -1) return 'pages';
  return assetExtensions.has(file.slice(dot + 1).toLowerCase()) ? 'assets' : 'pages';
}

export function isOfChosenKind(key: string, chosen: PathChoice): boolean {
  return chosen === 'all' || pathKindOf(key) === chosen;
}
