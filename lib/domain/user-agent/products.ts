import {
  knownDistinctNames,
  knownDistinctRenames,
  knownLeadingNames,
  knownLeadingRenames,
} from './known-names.ts';

/**
 * Programs that name themselves in their user agent and for which `ua-parser-js` has no family, or another one than
 * uap-core. A family has uap-core's spelling or, if it has none, the program's own. A name is one word of the agent,
 * or two in a row, in any case.
 *
 * Raise `RULES_REVISION` in `rules-version.ts` with every change of a table.
 */

/** Names that nothing else has: they count anywhere in the agent. */
const distinctNames = `
  Googlebot Googlebot-Image Googlebot-News Googlebot-Video Googlebot-Mobile AdsBot-Google Mediapartners-Google
  APIs-Google Google-InspectionTool GoogleOther GoogleOther-Image GoogleOther-Video Google-Safety
  Google-Site-Verification Google-Read-Aloud Google-PageRenderer GoogleProducer Google-Adwords-Instant
  Google-CloudVertexBot AppEngine-Google FeedFetcher-Google Google-HTTP-Java-Client Chrome-Lighthouse
  GoogleStackdriverMonitoring-UptimeChecks
  bingbot BingPreview adidxbot msnbot msnbot-media MicrosoftPreview SkypeUriPreview
  DuckDuckBot DuckAssistBot DuckDuckGo-Favicons-Bot YahooSeeker YahooMailProxy Yeti Qwantify Qwantbot MojeekBot Exabot
  Baiduspider Baiduspider-image Baiduspider-render Baiduspider-video Baiduspider-news Baiduspider-favo
  Baiduspider-cpro Baiduspider-ads 360Spider HaosouSpider YisouSpider Sosospider YoudaoBot YodaoBot Daumoa
  Daumoa-feedfetcher SeznamBot Mail.RU_Bot PetalBot AspiegelBot Bytespider TikTokSpider
  YandexBot YandexImages YandexVideo YandexMedia YandexMobileBot YandexMetrika YandexDirect YandexFavicons YandexBlogs
  YandexNews YandexPagechecker YandexWebmaster YandexAccessibilityBot YandexRenderResourcesBot YandexScreenshotBot
  YandexCalendar YandexSitelinks YandexTurbo YandexMarket YandexAdNet YandexImageResizer YandexVideoParser
  YandexSearchShop YandexOntoDB YandexOntoDBAPI YandexVerticals YandexTracker YandexForDomain YandexDialogs
  Applebot Applebot-Extended Amazonbot Amzn-SearchBot GPTBot ChatGPT-User OAI-SearchBot ClaudeBot Claude-Web
  Claude-User Claude-SearchBot anthropic-ai CCBot PerplexityBot Perplexity-User cohere-ai MistralAI-User
  meta-externalagent meta-externalfetcher meta-webindexer facebookcatalog Diffbot YouBot PhindBot AI2Bot Ai2Bot-Dolma
  iAskBot ImagesiftBot Timpibot omgili omgilibot VelenPublicWebCrawler FriendlyCrawler ICC-Crawler img2dataset
  PanguBot Cotoyogi ChatGLM-Spider AhrefsBot AhrefsSiteAudit SemrushBot SiteAuditBot SplitSignalBot MJ12bot DotBot
  rogerbot DataForSeoBot BLEXBot serpstatbot SEOkicks MegaIndex.ru Barkrowler linkdexbot LinkpadBot Cliqzbot
  ZoominfoBot AwarioBot AwarioSmartBot AwarioRssBot SearchmetricsBot XoviBot webmeup-crawler Neevabot Sitebulb
  ia_archiver archive.org_bot ArchiveTeam heritrix Nutch Scrapy larbin TurnitinBot magpie-crawler GrapeshotCrawler
  proximic CriteoBot trendictionbot ows.eu Owler panscient.com NetcraftSurveyAgent CensysInspect masscan zgrab sqlmap
  WPScan BitSightBot InternetMeasurement WhatWeb Vagabondo gigabot yacybot findlinks Linguee Coveobot TinEye-bot SurveyBot
  Pinterestbot Twitterbot LinkedInBot Slackbot Slackbot-LinkExpanding Slack-ImgProxy Discordbot TelegramBot WhatsApp
  redditbot Embedly Iframely BitlyBot vkShare Flipboard FlipboardProxy FlipboardRSS BufferLinkPreviewBot Quora-Bot Vercelbot
  UptimeRobot Uptime-Kuma Uptimebot Site24x7 NodePing HetrixTools Cronitor DatadogSynthetics NewRelicSynthetics
  DynatraceSynthetic updown.io Freshping AlertSite ThousandEyes Checkly kube-probe ELB-HealthChecker GoogleHC
  Catchpoint GomezAgent montastic-monitor GTmetrix PageSpeed SpeedCurve HttpMonitor YottaaMonitor check_http blackbox_exporter
  Blackbox-Exporter CloudFlare-AlwaysOnline Cloudflare-Healthchecks Hyperping Wormly
  PostmanRuntime Go-http-client go-resty okhttp Apache-HttpClient Python-urllib libwww-perl ReactorNetty axios reqwest
  node-fetch GuzzleHttp Boto3 Botocore aws-cli aws-sdk-java aws-sdk-go aws-sdk-cpp aws-sdk-nodejs aws-sdk-ruby2
  aws-sdk-ruby aws-sdk-js aws-sdk-php minio-go s3fs python-httpx libcurl-agent PycURL AppleCoreMedia ExoPlayerLib
  WindowsPowerShell Windows-Update-Agent Microsoft-CryptoAPI Microsoft-WebDAV-MiniRedir PhantomJS HTTrack SimplePie
  FeedlyBot Feedspot FeedBurner FeedDemon NewsBlur Inoreader NetNewsWire Netvibes NewsGator FreshRSS Miniflux Liferea
  Bloglovin Superfeedr theoldreader.com AntennaPod Podkicker BeyondPod DoggCatcher
  Thunderbird Postbox YahooMobileMail Outlook-iOS-Android Outlook-iOS HbbTV AdobeAIR qutebrowser QtCarBrowser
  Onefootball Flipboard-Briefing OktaMobile BoxNotes BUbiNG mirall
`;

/** Names that are everyday words, or parts of other products' agents: they only count as an agent's first word. */
const leadingNames = `
  curl Wget wget2 aria2 Axel HTTPie xh lftp rclone restic git JGit GitHub-Hookshot GitHub-Camo Terraform Helm kubectl
  docker containerd buildkit skopeo npm yarn pnpm pip uv Composer Maven Gradle Bundler RubyGems cargo Homebrew
  undici got superagent needle Deno Bun node ureq hyper Symfony PHP Faraday HTTParty http.rb rest-client Typhoeus Ruby
  mechanize Dart libsoup insomnia Bruno k6 ApacheBench JMeter Locust Gatling Siege wrk hey vegeta Artillery autocannon
  RestSharp Refit Jersey Apache-CXF AHC akka-http http4s sttp scalaj-http ktor-client Vert.x-WebClient HTTPClient
  fasthttp colly httplib2 urlgrabber aihttp rusoto grab fetch WinHTTP BITS Cyberduck FileZilla Transmit
  WordPress Drupal Jetpack Stripe Twilio TwilioProxy Zapier n8n Nextcloud DAVdroid DAVx5
  Feedly Feedbin Feeder Reeder Vienna Stringer BazQux CommaFeed Newsboat Akregator RSSOwl QuiteRSS Readwise Instapaper
  Overcast Podcasts Castro Downcast PodCruncher PodcastAddict gPodder iPodder Castbox Spotify Deezer iTunes iTMS
  AlexaMediaPlayer VLC mpv Lavf QuickTime NSPlayer WMPlayer stagefright Roku Kodi Sonos
  Zabbix Prometheus Grafana Datadog Dynatrace Monit Consul Envoy HAProxy Varnish Gatus Statping Nagios
  Elastic-Heartbeat Filebeat Fluent-Bit Telegraf Validator.nu W3C_Validator LinkChecker feedparser Nuclei Nmap Nikto ELinks
  jupdate SophosAgent SophosUpdateManager Tableau Evolution iBrowser
`;

/** Names whose family differs from the word in the agent. */
const renamedDistinctNames: Readonly<Record<string, string>> = {
  'adsbot-google-mobile': 'AdsBot-Google',
  'adsbot-google-mobile-apps': 'AdsBot-Google',
  aiohttp: 'Python aiohttp',
  'amazon cloudfront': 'Amazon CloudFront',
  'amazon-route53-health-check-service': 'Amazon Route 53 Health Check',
  'better uptime': 'Better Uptime Bot',
  'bluesky cardyb': 'Bluesky Cardyb',
  facebookbot: 'FacebookBot',
  facebookexternalhit: 'FacebookBot',
  facebot: 'FacebookBot',
  'coccocbot-image': 'coccocbot',
  'coccocbot-web': 'coccocbot',
  'fb_iab messenger': 'Facebook Messenger',
  'fban messengerforios': 'Facebook Messenger',
  fbav: 'Facebook',
  'feeder.co': 'Feeder',
  flyflow: 'Baidu Explorer',
  'google favicon': 'Google Favicon',
  googleimageproxy: 'GmailImageProxy',
  gsa: 'Google',
  'microsoft outlook': 'Outlook',
  'owncloud-android': 'Owncloud',
  newrelicpinger: 'NewRelicPingerBot',
  'pinterest 0.2': 'Pinterestbot',
  'pinterest android': 'Pinterest',
  'pinterest ios': 'Pinterest',
  'pingdom.com_bot_version': 'PingdomBot',
  pingdompagespeed: 'PingdomBot',
  pingdomtms: 'PingdomBot',
  'prtg network': 'PRTG Network Monitor',
  ptst: 'WebPageTest.org bot',
  'python-requests': 'Python Requests',
  'screaming frog': 'Screaming Frog SEO Spider',
  'semrushbot-ba': 'SemrushBot',
  'semrushbot-si': 'SemrushBot',
  'semrushbot-swa': 'SemrushBot',
  'seokicks-robot': 'SEOkicks',
  slack_ssb: 'Slack Desktop Client',
  'snap url': 'Snap URL Preview',
  'sogou web': 'Sogou web spider',
  statuscake: 'StatusCakeBot',
  'storebot-google': 'Storebot',
  sznprohlizec: 'Seznam prohlížeč',
  'tiny rss': 'Tiny Tiny RSS',
  'uptime kuma': 'Uptime-Kuma',
  'yahoo slurp': 'Yahoo! Slurp',
};

const renamedLeadingNames: Readonly<Record<string, string>> = {
  'debian apt-http': 'Debian APT-HTTP',
  'box sync': 'Box Sync',
  'microsoft bits': 'Microsoft BITS',
  'openbsd ftp': 'OpenBSD ftp',
  'pinterest for': 'Pinterest',
  'pocket casts': 'Pocket Casts',
  'player fm': 'Player FM',
  'rackspace monitoring': 'RackspaceBot',
  'ubuntu apt-http': 'Ubuntu APT-HTTP',
};

/** Runtimes and stacks that say little: they count if neither a product nor a browser is known. */
const runtimeNames: Readonly<Record<string, string>> = {
  android: 'Android',
  'arcgisruntime-android': 'ArcGIS Runtime SDK for Android',
  'arcgisruntime-ios': 'ArcGIS Runtime SDK for iOS',
  'arcgisruntime-net': 'ArcGIS Runtime SDK for NET',
  cfnetwork: 'CFNetwork',
  dalvik: 'Android',
  java: 'Java',
};

/** Families by names that count anywhere. A key is one word, or two with a blank between, in lower case. */
export const distinctProducts = new Map([
  ...tableOf(knownDistinctNames, knownDistinctRenames),
  ...tableOf(distinctNames, renamedDistinctNames),
]);

/** Families by names that only count at the start of an agent. */
export const leadingProducts = new Map([
  ...tableOf(knownLeadingNames, knownLeadingRenames),
  ...tableOf(leadingNames, renamedLeadingNames),
]);

/** Families by names that only count if nothing else is known. */
export const runtimes: ReadonlyMap<string, string> = new Map(Object.entries(runtimeNames));

function tableOf(words: string, renamed: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const names = words.trim().split(/\s+/);
  return new Map([...names.map((name) => [name.toLowerCase(), name] as const), ...Object.entries(renamed)]);
}
