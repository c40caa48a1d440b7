import { browsers, browserVariants } from './user-agent/browsers.ts';
import {
  aiFamilies,
  appFamilies,
  browserFamilies,
  crawlerFamilies,
  libraryFamilies,
  monitorFamilies,
  scannerFamilies,
} from './user-agent/agent-classes.ts';
import { userAgentFamily } from './user-agent.ts';

/** Kinds of programs that send requests. */
export const agentClasses = [
  'browser',
  'app',
  'library',
  'crawler',
  'ai',
  'monitor',
  'scanner',
  'other',
] as const;

export type AgentClass = (typeof agentClasses)[number];

/** Raised with every change of the tables or of this file; a test compares the classes with a digest. */
const AGENT_CLASSES_REVISION = 2;

/** The version of the rules that find the class of an agent, a part of the rules version. */
export const agentClassesVersion = `classes.${AGENT_CLASSES_REVISION}`;

/** Classes by family. A family that is in several tables has the class of the last one. */
export const classOfFamily: ReadonlyMap<string, AgentClass> = new Map([
  ...[...browsers.values(), ...[...browserVariants.values()].flat().map(([, family]) => family)].map(
    (family) => [family, 'browser'] as const,
  ),
  ...tableOf(browserFamilies, 'browser'),
  ...tableOf(crawlerFamilies, 'crawler'),
  ...tableOf(appFamilies, 'app'),
  ...tableOf(libraryFamilies, 'library'),
  ...tableOf(monitorFamilies, 'monitor'),
  ...tableOf(scannerFamilies, 'scanner'),
  ...tableOf(aiFamilies, 'ai'),
]);

/** Attacks that are sent as an agent: of Log4j, of shells, of databases, and markup. */
const attack = /\$\{|\(\)\s*\{|<\s*(?:script|\?php)|\.\.\/|\bunion\b.{1,40}\bselect\b|\bsqlmap\b|\bnuclei\b/i;
const scannerForm =
  /\b(?:scan(?:ner|ning)?|vulnerabilit(?:y|ies)|pentest(?:ing)?|nmap|zgrab|masscan|l9explore)\b/i;
const monitorForm = /\b(?:uptime|health-?check(?:er)?|monitor(?:ing)?|pingdom|synthetic(?:s)?)\b/i;
const aiForm = /\b(?:openai|gpt-?\d*bot|chatgpt|anthropic|claude|perplexity|llm|gptbot|mistralai)\b/i;
/** Names of crawlers, and the address of a page or of a person, by which crawlers say whose they are. */
const crawlerForm =
  /bot\b|bots\b|crawl|spider|scrap|slurp|archiver|indexer|fetcher|preview|search|robot|\+?https?:\/\/|[\w.-]@[\w-]+\.\w/i;
const libraryForm = /^(?:[\w.-]*(?:http|client|sdk|urllib|request|axios|fetch|curl)[\w.-]*)(?:[/ ;(]|$)/i;
/** Web views of applications, and what their runtimes send. */
const appForm = /\bDarwin\/\d|\bCFNetwork\/|\bDalvik\/|; wv\)|\bokhttp\//;
const browserForm = /^Mozilla\/\d.*\((?:.*;)?\s*(?:Windows|Macintosh|X11|iPhone|iPad|Android|Linux)/i;

/** Text beyond this is not looked at for forms. */
const maxLength = 500;

/**
 * Returns the class of a user agent, by its family or else by its form. Each agent has exactly one. It accepts any string
 * and expects a trimmed header. An agent without a known family takes some microseconds.
 */
export function agentClass(userAgent: string): AgentClass {
  return classOfAgent(userAgent, userAgentFamily(userAgent));
}

/** Clients may invent agents, so all are forgotten at this number. */
const maxRemembered = 5_000;

/** Creates a function that returns what `agentClass` returns, and remembers the agents that it has seen lately. */
export function rememberedClasses(): (userAgent: string) => AgentClass {
  const classes = new Map<string, AgentClass>();
  return (userAgent) => {
    const known = classes.get(userAgent);
    if (known !== undefined) return known;
    const its = agentClass(userAgent);
    if (classes.size >= maxRemembered) classes.clear();
    classes.set(userAgent, its);
    return its;
  };
}

function classOfAgent(userAgent: string, family: string): AgentClass {
  const known = classOfFamily.get(family);
  if (family === 'Android') return userAgent.startsWith('Dalvik/') ? 'app' : 'browser';
  if (known !== undefined) return known;
  const text = userAgent.length > maxLength ? userAgent.slice(0, maxLength) : userAgent;
  if (attack.test(text)) return 'scanner';
  if (aiForm.test(text)) return 'ai';
  if (scannerForm.test(text)) return 'scanner';
  if (monitorForm.test(text)) return 'monitor';
  if (crawlerForm.test(text) || (family !== 'Other' && crawlerForm.test(family))) return 'crawler';
  if (family !== 'Other') return 'other';
  if (appForm.test(text)) return 'app';
  if (libraryForm.test(text)) return 'library';
  return browserForm.test(text) ? 'browser' : 'other';
}

/** Reports whether the agents of a class act for a person who looks at the answer. */
export function isOfPeople(its: AgentClass): boolean {
  return its === 'browser' || its === 'app';
}

function tableOf(families: string, its: AgentClass): (readonly [string, AgentClass])[] {
  return families
    .trim()
    .split(/\s{2,}|\n/)
    .map((family) => [family.trim(), its]);
}
