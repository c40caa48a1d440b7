import {
  blank,
  bracketOrBar,
  comma,
  dash,
  digit,
  dot,
  isIn,
  lineEnd,
  plus,
  slash,
  space,
  symbolOf,
  wordCharacter,
} from './symbols.ts';

/**
 * The patterns with which ua-parser-js 1.0.41 (MIT, Faisal Salman) finds a browser, in its order: the first one that
 * is anywhere in the agent decides. There they are regular expressions, some of which take milliseconds for hostile
 * agents; here they are texts that one pass finds, with conditions on the characters around them. The result for any
 * agent is the library's (a property test compares them), at a cost in proportion to the agent's length.
 *
 * `w` is `[\w.]`. A pattern's name is the library's, in lower case.
 */

/** A text, and the conditions on what follows it. */
export interface Step {
  readonly texts: readonly string[];
  /** Demands that no word character precedes the text: `\b`. */
  readonly isWordStart?: boolean;
  /** Allows one of these in between. */
  readonly separator?: number;
  /** Allows several of these in between. */
  readonly separators?: number;
  /** Then demands one or more of these, as many as there are, followed by the text `runEnd`. */
  readonly run?: number;
  readonly runEnd?: string;
  /** Then demands one of these. */
  readonly next?: number;
  /** A condition on what follows in other cases. */
  readonly tail?: Tail;
  /** A condition on what precedes the text. */
  readonly head?: (symbols: Uint8Array, start: number) => number;
  /** Least number of characters between the step before and this one; 1 by default. */
  readonly gap?: number;
}

/**
 * Returns the end of a step with everything that follows its text, which itself ends at `at`. If the condition does
 * not hold, it returns -1 − n, where the condition cannot hold at any place before n either.
 */
export type Tail = (symbols: Uint8Array, at: number, length: number) => number;

/** Steps that follow each other in one line. */
export interface Sequence {
  readonly steps: readonly Step[];
  /** The library's name of the browser, from the place of the first step. */
  readonly name: string | ((symbols: Uint8Array, start: number) => string);
}

/** Sequences that decide together: the one that begins first in the agent wins. */
export type BrowserPattern = readonly Sequence[];

const w = wordCharacter | dot;
const wDash = w | dash;
const digitOrDot = digit | dot;
const slashOrBlank = slash | blank;
/** A name that the table of families does not have. */
const unknown = 'unknown';

/** Creates a sequence for a browser of this name, recognised by one of `texts`. */
const named = (name: string, texts: string, around: Omit<Step, 'texts'> = {}): Sequence => ({
  name,
  steps: [{ texts: texts.split('|'), ...around }],
});
/** Creates sequences for browsers with the names in `names`, each followed by `end`. */
const own = (names: string, end: string, around: Omit<Step, 'texts'> = {}): Sequence[] =>
  names.split('|').map((name) => named(name, name + end, around));
const sequence = (name: Sequence['name'], ...steps: readonly (Step | string)[]): Sequence => ({
  name,
  steps: steps.map((step) => (typeof step === 'string' ? { texts: [step] } : step)),
});

const isWord = (symbol: number | undefined): boolean => isIn(wordCharacter, symbol ?? 0);
const failed = (before: number): number => -1 - before;

function endOfRun(set: number, symbols: Uint8Array, start: number, max = Infinity): number {
  let at = start;
  while (at - start < max && isIn(set, symbols[at] ?? 0)) at += 1;
  return at;
}

/** Matches `set{1,max}\b`, as short as possible. */
const toBoundary =
  (set: number, max = Infinity): Tail =>
  (symbols, start) => {
    const end = endOfRun(set, symbols, start, max);
    for (let at = start + 1; at <= end; at++) {
      if (isWord(symbols[at - 1]) !== isWord(symbols[at])) return at;
    }
    return failed(start);
  };

const setOf = (characters: string): ReadonlySet<number> => new Set(Array.from(characters, symbolOf));
const has = (set: ReadonlySet<number>, symbols: Uint8Array, at: number): boolean => set.has(symbols[at] ?? 0);

function isAt(text: string, symbols: Uint8Array, start: number): boolean {
  for (let at = 0; at < text.length; at++) {
    if (symbols[start + at] !== symbolOf(text.charAt(at))) return false;
  }
  return true;
}

const mobileTablet = setOf('mobiletab');
/** Matches `[mobiletab]{3,6}\b`. */
const endOfOperaKind: Tail = (symbols, start) => {
  let at = start;
  while (has(mobileTablet, symbols, at)) at += 1;
  return at - start >= 3 && at - start <= 6 && !isWord(symbols[at]) ? at : failed(start);
};
const operaName: Sequence['name'] = (symbols, start) =>
  ['opera mobi', 'opera tablet'].find(
    (name) => isAt(name, symbols, start) && !isWord(symbols[start + name.length]),
  ) ?? unknown;

const afterBaidu = setOf('aekoprswx');
const [letterA, letterB, letterI, letterU] = ['a', 'b', 'i', 'u'].map(symbolOf);
/** Matches, after `\bb`: `[ai]*d(?:uhd|[ub]*[aekoprswx]{5,6})[\/ ]?[\w.]`. */
const endOfBaidu: Tail = (symbols, start) => {
  let at = start;
  while (symbols[at] === letterA || symbols[at] === letterI) at += 1;
  if (!isAt('d', symbols, at)) return failed(start);
  at += 1;
  if (isAt('uhd', symbols, at) && isFollowedByVersion(symbols, at + 3)) return at + 3;
  while (symbols[at] === letterU || symbols[at] === letterB) at += 1;
  for (const end = at + 5; at < end; at++) if (!has(afterBaidu, symbols, at)) return failed(start);
  return isFollowedByVersion(symbols, at) ? at : failed(start);
};
/** Matches `[\/ ]?[\w.]`. */
function isFollowedByVersion(symbols: Uint8Array, at: number): boolean {
  const start = isIn(slashOrBlank, symbols[at] ?? 0) ? at + 1 : at;
  return isIn(w, symbols[start] ?? 0);
}

/** Matches `\d\d\.[-\w.]`. */
const endOfTeslaVersion: Tail = (symbols, at) =>
  isIn(digit, symbols[at] ?? 0) &&
  isIn(digit, symbols[at + 1] ?? 0) &&
  isIn(dot, symbols[at + 2] ?? 0) &&
  isIn(wDash, symbols[at + 3] ?? 0)
    ? at + 4
    : failed(at);

/** Matches `[\w.]+ \w* ?iron saf`. */
const endOfIron: Tail = (symbols, start) => {
  const end = endOfRun(w, symbols, start);
  if (end === start || symbols[end] !== space) return failed(end);
  const wordEnd = endOfRun(wordCharacter, symbols, end + 1);
  const isIron =
    isAt(' iron saf', symbols, wordEnd) ||
    (wordEnd === end + 1 && isAt('iron saf', symbols, wordEnd)) ||
    (wordEnd - 4 > end && isAt('iron saf', symbols, wordEnd - 4));
  return isIron ? wordEnd : failed(start);
};

/** Matches if `text` does not follow in the line, at least `gap` characters away. */
const unlessLater =
  (text: string, gap: number, next: number | undefined): Tail =>
  (symbols, start, length) => {
    if (next !== undefined && !isIn(next, symbols[start] ?? 0)) return failed(start);
    let found = -1;
    for (let at = start; at < length && symbols[at] !== lineEnd; at++) {
      if (at >= start + gap && isAt(text, symbols, at)) found = at;
    }
    return found < 0 ? start : failed(found);
  };

const tizenNokia = setOf('tizenoka');
/** Matches, before `browser`: `[tizenoka]{5} ?`. */
const startOfTizen = (symbols: Uint8Array, start: number): number => {
  const end = start > 0 && symbols[start - 1] === space ? start - 1 : start;
  for (let at = end - 5; at < end; at++) if (at < 0 || !has(tizenNokia, symbols, at)) return -1;
  return end - 5;
};
const tizenName: Sequence['name'] = (symbols, start) =>
  ['tizenbrowser', 'tizen browser', 'nokiabrowser'].find((name) => isAt(name, symbols, start)) ?? unknown;

const version = { next: w } as const;
const versionDash = { next: wDash } as const;
const wordVersion = { isWordStart: true, next: w } as const;
const afterSeparator = { separator: slashOrBlank, next: w } as const;

export const browserPatterns: readonly BrowserPattern[] = [
  // Our own pattern, ahead of all others: the application contains a browser that is named, too.
  own('naver', '('),
  [named('chrome', 'crmo/|crios/', wordVersion)],
  [named('edge', 'edg/|edge/|edgios/|edga/', version)],
  own('opera mini', '/', versionDash),
  [sequence(operaName, { texts: ['opera '], tail: endOfOperaKind }, { texts: ['version/'], next: wDash })],
  [
    sequence('opera', 'opera', { texts: ['version/'], next: w }),
    named('opera', 'opera/|opera ', { separators: slashOrBlank, next: w }),
  ],
  [named('opera mini', 'opios/|opios ', { separators: slashOrBlank, next: w })],
  [named('opera gx', 'opx/|oprgx/', wordVersion)],
  [named('opera', 'opr/', wordVersion)],
  [named('baidu', 'b', { isWordStart: true, tail: endOfBaidu })],
  [named('maxthon', 'mxbrowser|mxios|myie2', { isWordStart: true })],
  own('kindle', '/', version),
  own('lunascape|maxthon|netfront|jasmine|blazer|sleipnir', ''),
  own('avant|iemobile|slimbrowser|slimboat|slimjet', ''),
  [named('ie', 'msie |(ie ', version)],
  [
    ...own(
      'flock|rockmelt|midori|epiphany|silk|skyfire|ovibrowser|bolt|iron|vivaldi|iridium',
      '/',
      versionDash,
    ),
    ...own('phantomjs|bowser|qupzilla|falkon|rekonq|puffin|brave|qqbrowserlite', '/', versionDash),
    ...own('duckduckgo|klar|helio|dragon', '/', versionDash),
    ...own('whale', '/', { tail: unlessLater('naver', 0, wDash) }),
  ],
  own('heytap|ovi|115', 'browser/', { next: digitOrDot }),
  own('weibo', '__', { next: digitOrDot }),
  [named('quark', 'quark/|quarkpc/', versionDash)],
  [named('duckduckgo', 'ddg/', wordVersion)],
  [
    named('ucbrowser', 'ubrowser|u browser|ucbrowser|uc browser', { isWordStart: true, ...afterSeparator }),
    sequence('ucbrowser', 'juc', { texts: ['ucweb'], ...afterSeparator }),
  ],
  [
    sequence('wechat', 'microm', { texts: ['qbcore/'], ...wordVersion }),
    sequence('wechat', { texts: ['qbcore/'], ...wordVersion }, { texts: ['microm'], gap: 2 }),
    named('wechat', 'micromessenger/', version),
  ],
  own('konqueror', '/', version),
  [sequence('ie', 'trident', { texts: ['rv:', 'rv '], tail: toBoundary(w, 9) }, 'like gecko')],
  [named('yandex', 'yabrowser/|yasearchbrowser/', version)],
  [named('smart lenovo browser', 'slbrowser/', version)],
  [named('avast secure browser', 'avast/', version), named('avg secure browser', 'avg/', version)],
  [named('firefox focus', 'focus/', wordVersion)],
  [named('opera touch', 'opt/', wordVersion)],
  [named('coc coc', 'coc_coc', { run: wordCharacter, runEnd: '/', next: w })],
  [named('dolphin', 'dolfin/', version)],
  [named('opera coast', 'coast/', version)],
  [named('miui browser', 'miuibrowser/', version)],
  [named('firefox', 'fxios/', versionDash)],
  [named('360', 'qihoobrowser', { isWordStart: true })],
  [named('qqbrowser', 'qq/', wordVersion)],
  ['oculus', 'sailfish', 'huawei', 'vivo', 'pico'].map((name) =>
    named(`${name} browser`, `${name}browser/`, version),
  ),
  [named('samsung internet', 'samsungbrowser/', version)],
  [named('sogou explorer', 'metasr', { separator: slashOrBlank, next: digitOrDot })],
  [named('sogou mobile', 'sogoumo', { run: wordCharacter, runEnd: '/', next: digitOrDot })],
  [named('electron', 'electron/', { run: w, runEnd: ' safari' })],
  [named('tesla', 'tesla qtcarbrowser'), named('tesla', 'tesla/20', { tail: endOfTeslaVersion })],
  [...own('qqbrowser', '', afterSeparator), named('2345', '2345browser|2345chrome|2345explorer')],
  own('lbbrowser|rekonq', ''),
  [named('linkedin', '[linkedinapp]')],
  [named('iron', 'ome/', { tail: endOfIron })],
  [sequence('360', { texts: ['ome/'], next: w }, { texts: ['qihu 360ee', 'qihu 360se'], gap: 2 })],
  [
    named('facebook', 'fban/fbios|fb_iab/fb4a', { tail: unlessLater('fbav', 1, undefined) }),
    named('facebook', ';fbav/', { run: w, runEnd: ';' }),
  ],
  own('klarna', '/', version),
  [...own('kakaotalk|kakaostory', '/', version), ...own('kakaotalk|kakaostory', ' ', version)],
  [named('daum', 'daumapps/|daumapps ', version)],
  [named('line', 'safari line/', version)],
  [named('line', 'line/', { isWordStart: true, run: w, runEnd: '/iab' })],
  [named('alipay', 'alipayclient/', version)],
  [named('twitter', 'twitterand'), sequence('twitter', 'twitter f', { texts: ['e/'], next: w })],
  [
    ...own('chromium|instagram|snapchat', '/', versionDash),
    ...own('chromium|instagram|snapchat', ' ', versionDash),
  ],
  [
    sequence(
      'gsa',
      { texts: ['gsa/'], isWordStart: true, run: w, runEnd: ' ' },
      { texts: ['safari/'], gap: 0 },
    ),
  ],
  [
    sequence('tiktok', 'musical_ly', { texts: ['appversion/', 'app_version/'], next: w }),
    named('tiktok', 'musical_ly_', version),
  ],
  [named('chrome headless', 'headlesschrome/', version), named('chrome headless', 'headlesschrome ')],
  [sequence('chrome webview', ' wv)', { texts: ['chrome/'], next: w })],
  [sequence('android browser', 'droid', { texts: [' version/'], tail: toBoundary(w) }, 'safari')],
  [
    ...own('chrome|omniweb|arora', '/', version),
    { name: tizenName, steps: [{ texts: ['browser/'], head: startOfTizen, next: w }] },
  ],
  [
    sequence(
      'mobile safari',
      { texts: ['version/'], run: w | comma, runEnd: ' ' },
      { texts: ['mobile/'], gap: 0, run: wordCharacter, runEnd: ' safari' },
    ),
  ],
  [
    sequence(
      'safari', // never Mobile Safari: the library's pattern takes the last one, and the shorter text
      { texts: ['version/'], run: w | comma | bracketOrBar, runEnd: ' ' },
      { texts: ['safari'], gap: 0 },
    ),
  ],
  [
    sequence('mobile safari', 'webkit', { texts: ['mobile safari/'], next: w }),
    sequence(unknown, 'webkit', { texts: ['mobilesafari/'], next: w }),
    sequence('safari', 'webkit', { texts: ['safari/'], next: w }),
  ],
  own('webkit|khtml', '/', version),
  [
    named('netscape', 'navigator/|netscape/', versionDash),
    named('netscape', 'netscape', { tail: (symbols, at) => endOfNetscape(symbols, at) }),
  ],
  own('wolvic|librewolf', '/', version),
  [sequence('firefox reality', { texts: ['mobile vr; rv:'], run: w, runEnd: ')' }, 'firefox')],
  [sequence('flow', 'ekiohf', { texts: ['flow/'], next: w })],
  own('swiftfox', ''),
  own('icedragon|iceweasel|camino|chimera|fennec|maemo browser|minimo|conkeror', '', {
    separator: slashOrBlank,
    next: w | plus,
  }),
  own('seamonkey|k-meleon|icecat|iceape|firebird|phoenix|palemoon|basilisk|waterfox', '/', {
    tail: (symbols, at, length) => {
      const end = endOfRun(wDash, symbols, at);
      return end > at && end === length ? end : failed(at);
    },
  }),
  own('firefox', '/', version),
  [
    sequence(
      'mozilla',
      { texts: ['mozilla/'], run: w, runEnd: ' ' },
      { texts: ['rv:'] },
      { texts: ['gecko/'], next: digit },
    ),
  ],
  [
    ...own('amaya|dillo|doris|icab|ladybird|lynx|mosaic|netsurf|obigo|polaris|w3m', '', afterDashToo()),
    ...own('gobrowser|go browser|go.browser|icebrowser|ice browser|ice.browser', '', afterDashToo()),
    ...own('upbrowser|up browser|up.browser', '', afterDashToo()),
  ],
  [named('links', 'links (', wordVersion)],
  own('cobalt', '/', version),
];

/** Matches `[-\/ ]?[\w.]`. */
function afterDashToo(): Omit<Step, 'texts'> {
  return { separator: slashOrBlank | dash, next: w };
}

/** Matches `\d\/[-\w.]`. */
function endOfNetscape(symbols: Uint8Array, at: number): number {
  const isVersion =
    isIn(digit, symbols[at] ?? 0) && isIn(slash, symbols[at + 1] ?? 0) && isIn(wDash, symbols[at + 2] ?? 0);
  return isVersion ? at + 3 : failed(at);
}
