/**
 * Classes of families, from what their operators publish: the pages to which crawlers refer in their agents, the lists of
 * user agents of OpenAI, Anthropic, Perplexity, Google, Apple, Amazon and Meta, the documentation of monitoring services,
 * and uap-core's own groups. Families are separated by line breaks or by two blanks, since many have one in them.
 *
 * Raise `AGENT_CLASSES_REVISION` in `../agent-class.ts` with every change of a table.
 */

/** Crawlers and fetchers of language models and of answers made by them. */
export const aiFamilies = `
  GPTBot  ChatGPT-User  OAI-SearchBot  ClaudeBot  Claude-Web  Claude-User  Claude-SearchBot  anthropic-ai  CCBot
  PerplexityBot  Perplexity-User  cohere-ai  MistralAI-User  meta-externalagent  meta-externalfetcher
  meta-webindexer  Diffbot  YouBot  PhindBot  AI2Bot  Ai2Bot-Dolma  iAskBot  ImagesiftBot  Timpibot  omgili  omgilibot
  img2dataset  PanguBot  Cotoyogi  ChatGLM-Spider  Bytespider  TikTokSpider  Applebot-Extended  Google-CloudVertexBot
  Gemini-Deep-Research  Google-NotebookLM  GoogleAgent-Mariner  Kimi-User  FirecrawlAgent  DuckAssistBot  Devin
  ICC-Crawler  Accoona-AI-Agent  FriendlyCrawler  VelenPublicWebCrawler
`;

/** Programs that look whether a site is up, and how quick it is. */
export const monitorFamilies = `
  GoogleStackdriverMonitoring-UptimeChecks  UptimeRobot  Uptime-Kuma  Uptimebot  Site24x7  NodePing  HetrixTools
  Cronitor  DatadogSynthetics  NewRelicSynthetics  DynatraceSynthetic  updown.io  Freshping  AlertSite  ThousandEyes
  Checkly  kube-probe  ELB-HealthChecker  GoogleHC  Catchpoint  Catchpoint bot  GomezAgent  montastic-monitor  GTmetrix
  PageSpeed  SpeedCurve  HttpMonitor  YottaaMonitor  check_http  blackbox_exporter  Blackbox-Exporter
  Cloudflare-Healthchecks  Hyperping  Wormly  Zabbix  Prometheus  Grafana  Datadog  Dynatrace  Monit  Consul  Envoy
  HAProxy  Varnish  Gatus  Statping  Nagios  Elastic-Heartbeat  Amazon Route 53 Health Check  Better Uptime Bot
  NewRelicPingerBot  PingdomBot  PRTG Network Monitor  StatusCakeBot  WebPageTest.org bot  RackspaceBot
  Ruxit Synthetic  Monitis  Chrome-Lighthouse  ping-service  TLSProber  KiwiStatus Spider
`;

/** Programs that look for weaknesses, open ports and certificates. */
export const scannerFamilies = `
  NetcraftSurveyAgent  CensysInspect  masscan  zgrab  sqlmap  WPScan  BitSightBot  InternetMeasurement  WhatWeb  Nuclei
  Nmap  Nikto  OpenVAS Scanner  JAEGER_SECURITY  WebVulnCrawl  Comodo-Webinspector-Crawler
  Comodo-Certificates-Spider  SSL-Crawler  PathDefender  Host-Spy Crawler  Punk Spider  Riddler  Reaper  LEIA
`;

/** Libraries, tools of the command line, programs that fetch packages, and load generators. */
export const libraryFamilies = `
  PostmanRuntime  Go-http-client  go-resty  okhttp  Apache-HttpClient  Python-urllib  libwww-perl  ReactorNetty  axios
  reqwest  node-fetch  GuzzleHttp  Boto3  Botocore  aws-cli  aws-sdk-java  aws-sdk-go  aws-sdk-cpp  aws-sdk-nodejs
  aws-sdk-ruby2  aws-sdk-ruby  aws-sdk-js  aws-sdk-php  aws-sdk-dotnet-45  aws-sdk-go-v2  minio-go  s3fs  python-httpx
  libcurl-agent  PycURL  WindowsPowerShell  Microsoft-CryptoAPI  Microsoft-WebDAV-MiniRedir  PhantomJS
  HeadlessChrome  Camoufox  Google-HTTP-Java-Client  curl  Wget  wget2  aria2  Axel  HTTPie  xh  lftp  rclone  restic
  git  JGit  Terraform  Helm  kubectl  docker  containerd  buildkit  skopeo  npm  yarn  pnpm  pip  uv  Composer  Maven
  Gradle  Bundler  RubyGems  cargo  Homebrew  undici  got  superagent  needle  Deno  Bun  node  ureq  hyper  Symfony  PHP
  Faraday  HTTParty  http.rb  rest-client  Typhoeus  Ruby  mechanize  Dart  libsoup  insomnia  Bruno  k6  ApacheBench
  JMeter  Locust  Gatling  Siege  wrk  hey  vegeta  Artillery  autocannon  RestSharp  Refit  Jersey  Apache-CXF  AHC
  akka-http  http4s  sttp  scalaj-http  ktor-client  Vert.x-WebClient  HTTPClient  fasthttp  colly  httplib2  urlgrabber
  aihttp  rusoto  grab  fetch  WinHTTP  BITS  Python aiohttp  Python Requests  Debian APT-HTTP  Ubuntu APT-HTTP
  Microsoft BITS  OpenBSD ftp  Java  Filebeat  Fluent-Bit  Telegraf  unirest-java  lua-resty-http  go-cli  JetS3t
  ibm-cos-sdk-java  S3Gof3r  fetch libfetch  fetchurl  Java-EurekaClient  Go-CF-client  sap-leonardo-iot-sdk-nodejs
  Node-oauth  PyAMF  WordPress  Drupal  Jetpack  Stripe  Twilio  TwilioProxy  Zapier  n8n  GitHub-Hookshot
  Windows-Update-Agent  Amazon CloudFront  CloudFoundry  jupdate  SophosAgent  SophosUpdateManager  SimplePie  feedparser
  GeoEvent Server  SAP CPI  SAP NetWeaver Application Server  sap xsuaa  Squrl Java  JNLP  CloudCockpitBackend
  FME  R2Client  Roadrunner  Boto
`;

/** Programs that people use, which are not web browsers: in their agents or inside of them, a site is shown. */
export const appFamilies = `
  AppleCoreMedia  ExoPlayerLib  FeedDemon  NewsBlur  Inoreader  NetNewsWire  Netvibes  NewsGator  FreshRSS  Miniflux
  Liferea  Bloglovin  AntennaPod  Podkicker  BeyondPod  DoggCatcher  Thunderbird  Postbox  YahooMobileMail
  Outlook-iOS-Android  Outlook-iOS  HbbTV  AdobeAIR  Onefootball  Flipboard-Briefing  Flipboard  OktaMobile  BoxNotes
  mirall  Cyberduck  FileZilla  Transmit  Nextcloud  DAVdroid  DAVx5  Feedly  Feedbin  Feeder  Reeder  Vienna  Stringer
  BazQux  CommaFeed  Newsboat  Akregator  RSSOwl  QuiteRSS  Readwise  Instapaper  Overcast  Podcasts  Castro  Downcast
  PodCruncher  PodcastAddict  gPodder  iPodder  Castbox  Spotify  Deezer  iTunes  iTMS  AlexaMediaPlayer  VLC  mpv  Lavf
  QuickTime  NSPlayer  WMPlayer  stagefright  Roku  Kodi  Sonos  Tableau  Evolution  Outlook  Word  Owncloud
  Facebook Messenger  Facebook  Instagram  LinkedIn  Snapchat  TikTok  Twitter  Threads  WeChat  WeChat Browser  Weibo
  LINE  KakaoTalk  KakaoStory  Naver  Daum  Google  Alipay  Pinterest  Telegram  WhatsApp  Slack Desktop Client
  Skype  HipChat Desktop Client  Electron  CFNetwork  Apple Mail  Mobile Safari UI/WKWebView  Box Sync  Box
  Pocket Casts  Player FM  Tiny Tiny RSS  1Password  CCleaner  Salesforce  Steam Client  Steam Deck  Steam GameOverlay
  Roblox App  Adobe CreativeCloud  Adobe CEP  ArcGIS Earth  ArcGIS Pro  ArcMap  Collector for ArcGIS  Explorer for ArcGIS
  Workforce for ArcGIS  ArcGIS Runtime SDK for Android  ArcGIS Runtime SDK for iOS  ArcGIS Runtime SDK for NET
  ArcGIS Runtime SDK for Qt  QGIS  JOSM  Lotus Notes  Windows Live Mail  Airmail  Superhuman  MacOutlook  The Bat!
  Barca  MacAppStore  Apple Watch App  Chesscom-Android  ESPN  AncestryAndroid  AngryBirdsBlack  ViaFree  TopBuzz
  Klarna  Bing for iPad  Kurio App  BacaBerita App  MobileRSSFree  AnyConnect  MobileIron  Instabridge
  ExchangeWebServices  ExchangeServicesClient  Pandora  CitizenFX  Genieo
  InfuzApp  kmail2  babbelIndonesian  DEPoker  Glo-De  HiddenMarket  IMPlusFull  JDSports  Microsoft SkyDriveSync
  NightstandPaid  Parking Mania Free  Planet Boing!  Reader Notifier  Rummy LITE iPad  WeltMobile  WormsiPhone
  S3 Browser  RCM CardDAV plugin  PlayTube  Luminary  OBS Studio  GlobalProtect
`;

/** Programs of people whose families are browsers only by their names in `products.ts`. */
export const browserFamilies = `
  qutebrowser  QtCarBrowser  ELinks  iBrowser  iBrowser Mini  IBrowse  Brave  Dolphin  Ladybird  MullvadBrowser  Galeon
  Shiira  HiBrowser  Crosswalk  115 Browser  Aloha Browser  AOL  AOL Shield Browser  Avast Secure Browser
  Honor Browser  Nokia Browser  Phantom Browser  Decentr Web3 Browser  Phoenix Browser  Chromium GOST Browser
  JiSu Browser  Mint Browser  Mail.ru Chromium Browser  Mypal Browser  QAX Browser  QQ Browser  QQ Browser Mini
  Quark PC  Sber Browser  SerenityOS Browser  Firefox (Shiretoko)  Teleca Browser  Tenta Browser  UC Browser  Vewd Browser
  WeTab  Wolvic Browser  webOS Browser  IE Large Screen  Craving Explorer Browser  Crazy Browser  Ecosia iOS  NetFront
  NetFront NX  Otter  Phantom  Qt Web Engine  Island for iPhone  ONE Browser  Baidu Explorer  BaiduMobaider
  Seznam prohlížeč  SEMC-Browser  Snowshoe  mDolphin  Planetweb  Espial  Bunjalloo  Safari  ThunderBrowse
  MozillaDeveloperPreview  LuaKit  Agency  Avira  Herring  Norton  Trailer  AOL Desktop Gold Browser  Hola Browser
  Open Wave  Sparrow Browser  Talon Cyber Security Browser
`;

/** Crawlers and fetchers whose names do not have the form of one. */
export const crawlerFamilies = `
  Ant-Nutch  AtContent  BotSeer  clumboot  Datanyze  FireWeb  Goodzer  Infohelfer  LikeWise  PaxleFramework
  ShopSalad  SiteCon  Steeler  Tailsweep  Thumbshots.ru  Web-sniffer  WebCrunch  WebThumb  YandexAdditional
  Yowedo  ZyBorg  Ask Jeeves  008  Charlotte  Kraken  Peew  ichiro/mobile  lycos  Rival IQ  Mediapartners-Google
  APIs-Google  Google-InspectionTool  GoogleOther  GoogleOther-Image  GoogleOther-Video  Google-Safety
  Google-Site-Verification  Google-Read-Aloud  Google-PageRenderer  GoogleProducer  Google-Adwords-Instant
  AppEngine-Google  YahooSeeker  YahooMailProxy  Yeti  Qwantify  Daumoa  YandexImages  YandexVideo  YandexMedia
  YandexMetrika  YandexDirect  YandexFavicons  YandexBlogs  YandexNews  YandexPagechecker  YandexWebmaster
  YandexCalendar  YandexSitelinks  YandexTurbo  YandexMarket  YandexAdNet  YandexImageResizer  YandexVideoParser
  YandexOntoDB  YandexOntoDBAPI  YandexVerticals  YandexTracker  YandexForDomain  YandexDialogs  facebookcatalog
  AhrefsSiteAudit  SEOkicks  MegaIndex.ru  Barkrowler  Sitebulb  ArchiveTeam  heritrix  Nutch  larbin  proximic
  ows.eu  Owler  panscient.com  Vagabondo  findlinks  Linguee  Slack-ImgProxy  Embedly  Iframely  vkShare
  FlipboardProxy  FlipboardRSS  CloudFlare-AlwaysOnline  HTTrack  Feedspot  FeedBurner  Superfeedr
  theoldreader.com  BUbiNG  Bluesky Cardyb  Google Favicon  GmailImageProxy  Aboundex  Accoona-Biz-Agent
  altavista  Altresium  Argus  Axtaris  BlogBridge  BoardReader  boitho.com-dc  Checklinks  Cooliris  DNSGroup
  EDI  envolk  Ghost  gonzo1  Grub  grub-client  holmes  HooWWWer  htdig  ichiro  IconSurf  IlTrovatore
  IlTrovatore-Setaccio  INGRID  InternetArchive  iRAPP  Kurzor  LinkAider  Llaut  LOOQ  MailBar  mozDex
  NewsGatorOnline  NING  NutchCVS  NutchOrg  NutchOSUOSL  OgScrper  Orbiter  PagesInventory  Pompos  Poof
  PostPost  RedCarpet  semanticdiscovery  Simpy  sproose  Surveyon  voyager  VSE  WebZIP  WIRE  wminer  Wotbox
  ZeBot_www.ze.bz  ZooShot  Isara  Mtps Feed Aggregation System  NewsGator FetchLinks extension  PagePeeker
  Xenu Link Sleuth  Xenu's Link Sleuth  Y!J-BRI  Y!J-BRW  Zao  GitHub-Camo  Validator.nu  W3C_Validator
  LinkChecker
`;
