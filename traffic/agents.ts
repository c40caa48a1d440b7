import type { Weighted } from './weighted-choice.ts';

/**
 * User agents of visitors, in the forms that their makers publish. The weights are similar to those of public sites,
 * but not measured.
 */
export const browsers: readonly Weighted<string>[] = [
  [
    30,
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36',
  ],
  [
    11,
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36',
  ],
  [
    17,
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Mobile Safari/537.36',
  ],
  [
    18,
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
  ],
  [
    8,
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15',
  ],
  [5, 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:146.0) Gecko/20100101 Firefox/146.0'],
  [2, 'Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0'],
  [1, 'Mozilla/5.0 (Android 15; Mobile; rv:146.0) Gecko/146.0 Firefox/146.0'],
  [
    6,
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0',
  ],
  [
    1,
    'Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36',
  ],
  [
    1,
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 OPR/126.0.0.0',
  ],
];

export const crawlers: readonly Weighted<string>[] = [
  [40, 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'],
  [
    14,
    'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/136.0.0.0 Safari/537.36',
  ],
  [
    13,
    'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)',
  ],
  [
    8,
    'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)',
  ],
  [7, 'Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)'],
  [6, 'Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)'],
  [
    5,
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.1.1 Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)',
  ],
  [4, 'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)'],
  [3, 'CCBot/2.0 (https://commoncrawl.org/faq/)'],
];

export const scanners: readonly Weighted<string>[] = [
  [30, 'Mozilla/5.0 zgrab/0.x'],
  [25, 'python-requests/2.32.3'],
  [20, 'Go-http-client/1.1'],
  [15, '-'],
  [10, 'Mozilla/5.0 (compatible; CensysInspect/1.1; +https://about.censys.io/)'],
];

export const apiClients: readonly Weighted<string>[] = [
  [34, 'okhttp/4.12.0'],
  [22, 'axios/1.7.9'],
  [16, 'python-requests/2.32.3'],
  [12, 'Go-http-client/2.0'],
  [6, 'PostmanRuntime/7.43.0'],
  [5, 'curl/8.7.1'],
  [5, 'Apache-HttpClient/5.4.1 (Java/21.0.5)'],
];

export const feedReaders: readonly Weighted<string>[] = [
  [50, 'Feedly/1.0 (+http://www.feedly.com/fetcher.html; 41 subscribers)'],
  [20, 'NetNewsWire (RSS Reader; https://netnewswire.com/)'],
  [15, 'Miniflux/2.2.5'],
  [15, 'FreshRSS/1.25.0 (Linux; https://freshrss.org)'],
];

export const uptimeMonitor = 'Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)';
export const healthProbe = 'kube-probe/1.31';
