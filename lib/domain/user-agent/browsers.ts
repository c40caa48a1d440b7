import { UAParser } from 'ua-parser-js';

/**
 * Browsers: `ua-parser-js` finds one, this table gives it uap-core's family. Only names of the table come out, since
 * some of the library's rules copy text of the agent (`[mobiletab]{3,6}`) or keep its case (`FIREFOX`), and a hostile
 * agent must not be able to make families.
 *
 * Whoever changes a table raises `RULES_REVISION` in `rules-version.ts`.
 */

/** The library's name in lower case, and uap-core's family; or, where uap-core has none, the library's. */
const familiesByName: Readonly<Record<string, string>> = {
  '115': '115',
  '2345': '2345',
  '360': '360',
  alipay: 'Alipay',
  amaya: 'Amaya',
  'android browser': 'Android',
  arora: 'Arora',
  avant: 'Avant',
  'avast secure browser': 'Avast Secure Browser',
  'avg secure browser': 'AVG Secure Browser',
  baidu: 'Baidu Browser',
  basilisk: 'Basilisk',
  blazer: 'Palm Blazer',
  bolt: 'Bolt',
  bowser: 'Bowser',
  brave: 'Brave',
  camino: 'Camino',
  chimera: 'Chimera',
  chrome: 'Chrome',
  'chrome headless': 'HeadlessChrome',
  'chrome webview': 'Chrome Mobile WebView',
  chromium: 'Chromium',
  cobalt: 'Cobalt',
  'coc coc': 'Coc Coc',
  conkeror: 'Conkeror',
  daum: 'Daum',
  dillo: 'Dillo',
  dolphin: 'Dolfin',
  doris: 'Doris',
  dragon: 'Comodo Dragon',
  duckduckgo: 'DuckDuckGo',
  edge: 'Edge',
  electron: 'Electron',
  epiphany: 'Epiphany',
  facebook: 'Facebook',
  falkon: 'Falkon',
  fennec: 'Firefox Mobile',
  firebird: 'Firebird',
  firefox: 'Firefox',
  'firefox focus': 'Firefox Focus',
  'firefox reality': 'Firefox Reality',
  flock: 'Flock',
  flow: 'Flow',
  gobrowser: 'GoBrowser',
  gsa: 'Google',
  helio: 'Helio',
  heytap: 'HeyTap',
  'huawei browser': 'Huawei Browser',
  icab: 'iCab',
  'ice browser': 'ICE Browser',
  iceape: 'Iceape',
  icebrowser: 'ICE Browser',
  icecat: 'IceCat',
  icedragon: 'IceDragon',
  iceweasel: 'Iceweasel',
  ie: 'IE',
  iemobile: 'IE Mobile',
  instagram: 'Instagram',
  iridium: 'Iridium',
  iron: 'Iron',
  jasmine: 'Jasmine',
  'k-meleon': 'K-Meleon',
  kakaostory: 'KakaoStory',
  kakaotalk: 'KakaoTalk',
  kindle: 'Kindle',
  klar: 'Klar',
  klarna: 'Klarna',
  konqueror: 'Konqueror',
  ladybird: 'Ladybird',
  lbbrowser: 'LBBROWSER',
  librewolf: 'LibreWolf',
  line: 'LINE',
  linkedin: 'LinkedIn',
  links: 'Links',
  lunascape: 'Lunascape',
  lynx: 'Lynx',
  'maemo browser': 'Maemo Browser',
  maxthon: 'Maxthon',
  midori: 'Midori',
  minimo: 'Minimo',
  'miui browser': 'MiuiBrowser',
  'mobile safari': 'Mobile Safari',
  mosaic: 'NCSA Mosaic',
  mozilla: 'Mozilla',
  naver: 'Naver',
  netfront: 'NetFront',
  netscape: 'Netscape',
  netsurf: 'NetSurf',
  nokiabrowser: 'Nokia Browser',
  obigo: 'Obigo',
  'oculus browser': 'Oculus Browser',
  omniweb: 'OmniWeb',
  opera: 'Opera',
  'opera coast': 'Opera Coast',
  'opera gx': 'Opera GX',
  'opera mini': 'Opera Mini',
  'opera mobi': 'Opera Mobile',
  'opera tablet': 'Opera Tablet',
  'opera touch': 'Opera Touch',
  ovi: 'Ovi Browser',
  ovibrowser: 'Ovi Browser',
  palemoon: 'Pale Moon',
  phantomjs: 'PhantomJS',
  phoenix: 'Phoenix',
  'pico browser': 'Pico Browser',
  polaris: 'Polaris',
  puffin: 'Puffin',
  qqbrowser: 'QQ Browser',
  qqbrowserlite: 'QQ Browser',
  quark: 'Quark',
  qupzilla: 'QupZilla',
  rekonq: 'Rekonq',
  rockmelt: 'RockMelt',
  safari: 'Safari',
  'sailfish browser': 'Sailfish Browser',
  'samsung internet': 'Samsung Internet',
  seamonkey: 'SeaMonkey',
  silk: 'Amazon Silk',
  skyfire: 'Skyfire',
  sleipnir: 'Sleipnir',
  slimboat: 'SlimBoat',
  slimbrowser: 'SlimBrowser',
  slimjet: 'Slimjet',
  'smart lenovo browser': 'Smart Lenovo Browser',
  snapchat: 'Snapchat',
  'sogou explorer': 'Sogou Explorer',
  'sogou mobile': 'Sogou Mobile',
  swiftfox: 'Swiftfox',
  tesla: 'Tesla',
  tiktok: 'TikTok',
  'tizen browser': 'Tizen Browser',
  tizenbrowser: 'Tizen Browser',
  twitter: 'Twitter',
  ucbrowser: 'UC Browser',
  'up.browser': 'UP.Browser',
  vivaldi: 'Vivaldi',
  'vivo browser': 'Vivo Browser',
  w3m: 'w3m',
  waterfox: 'Waterfox',
  wechat: 'WeChat',
  weibo: 'Weibo',
  whale: 'Whale',
  wolvic: 'Wolvic',
  yandex: 'Yandex Browser',
};

/** What uap-core tells apart and the library doesn't. In order, the first that fits; each pattern is a plain search. */
const variantsByName: Readonly<Record<string, readonly (readonly [RegExp, string])[]>> = {
  'android browser': [[/Chrome\//, 'Chrome Mobile WebView']],
  chrome: [
    [/CriOS\//, 'Chrome Mobile iOS'],
    [/CrMo\//, 'Chrome Mobile'],
    [/Version\/|; wv\)/, 'Chrome Mobile WebView'],
    [/ Mobile(?:[ /]|$)/, 'Chrome Mobile'],
  ],
  duckduckgo: [[/Mobile/, 'DuckDuckGo Mobile']],
  edge: [[/EdgiOS\/|EdgA\/|Windows Phone/, 'Edge Mobile']],
  firefox: [
    [/FxiOS\//, 'Firefox iOS'],
    [/(?:Mobile|Tablet);/, 'Firefox Mobile'],
  ],
  'mobile safari': [[/BB10|BlackBerry|PlayBook/, 'BlackBerry WebKit']],
  opera: [[/Mobile Safari|Opera Mobi/, 'Opera Mobile']],
  qqbrowser: [[/MQQBrowser/, 'QQ Browser Mobile']],
  safari: [[/BB10|BlackBerry|PlayBook/, 'BlackBerry WebKit']],
  webkit: [
    [/iPhone|iPad|iPod/, 'Mobile Safari UI/WKWebView'],
    [/Macintosh/, 'Apple Mail'],
  ],
};

/** Families of browsers, by the library's name for each in lower case. */
export const browsers: ReadonlyMap<string, string> = new Map(Object.entries(familiesByName));

/** Families that take a browser's place where the pattern is in the agent. */
export const browserVariants: ReadonlyMap<string, readonly (readonly [RegExp, string])[]> = new Map(
  Object.entries(variantsByName),
);

/**
 * From each of these on, a pattern of the library searches all of what follows in two nested repetitions, which took
 * 3.9 ms for 25 of one. A browser has each once, an application around it a few times.
 */
const slowWords = ['droid', 'mozilla', 'trident'];
const maxSlowWords = 4;

/** The family of the browser that sends `userAgent`, or `undefined` where none of the table is recognised. */
export function browserFamily(userAgent: string): string | undefined {
  const text = userAgent.toLowerCase();
  // One pattern of the library has three nested repetitions from here on: 500 hostile characters took it 131 ms.
  if (text.includes('naver(')) return 'Naver';
  if (slowWords.some((word) => text.split(word).length > 1 + maxSlowWords)) return undefined;
  const name = new UAParser(userAgent).getBrowser().name?.toLowerCase();
  if (name === undefined) return undefined;
  for (const [pattern, family] of browserVariants.get(name) ?? []) {
    if (pattern.test(userAgent)) return family;
  }
  return browsers.get(name);
}
