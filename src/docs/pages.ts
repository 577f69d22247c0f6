import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One page of the documentation. */
export interface Page {
  /** File name without `.md`, and the last part of its address. */
  readonly name: string
  readonly title: string
  /** One line for indexes. */
  readonly says: string
  readonly group: (typeof GROUPS)[number]
}

/** The parts of the table of contents, in order. */
export const GROUPS = ['Start', 'Connect', 'Govern', 'Operate', 'Reference'] as const

/** Every page, in reading order. */
export const PAGES: readonly Page[] = [
  {
    name: 'quickstart',
    title: 'Quickstart',
    says: 'From a clone to a traced call and a spend cap, in one terminal.',
    group: 'Start',
  },
  {
    name: 'admin-setup',
    title: 'Admin setup',
    says: 'Provider secrets, roles, policies and keys, in the order an administrator needs them.',
    group: 'Start',
  },
  {
    name: 'coding-agents',
    title: 'Coding agents',
    says: 'Claude Code, Codex and Gemini CLI, one by one or on many machines.',
    group: 'Connect',
  },
  {
    name: 'sdks',
    title: 'SDKs',
    says: 'The OpenAI, Anthropic and Google SDKs, LangChain, and plain HTTP.',
    group: 'Connect',
  },
  {
    name: 'mcp',
    title: 'MCP server',
    says: 'Tools for agents: search these pages, explain a request, read spend.',
    group: 'Connect',
  },
  {
    name: 'spend-policies',
    title: 'Spend policies',
    says: 'Hard caps: scopes, windows, what is held, what a refused caller sees.',
    group: 'Govern',
  },
  {
    name: 'rate-limits',
    title: 'Rate limits and model access',
    says: 'Requests and tokens per minute or hour, and which models may be called.',
    group: 'Govern',
  },
  {
    name: 'redaction',
    title: 'Redaction',
    says: 'Secrets and personal data in requests, answers and streams: detectors and operators.',
    group: 'Govern',
  },
  {
    name: 'traces-and-access',
    title: 'Traces and access control',
    says: 'What is recorded of a call, who may read it, and how it leaves for other backends.',
    group: 'Govern',
  },
  {
    name: 'operations',
    title: 'Operations',
    says: 'Configuration, health, metrics, alerts, sizing, back-up and upgrades.',
    group: 'Operate',
  },
  {
    name: 'security',
    title: 'Security',
    says: 'Keys, secrets, isolation, and what the gateway never does.',
    group: 'Operate',
  },
  {
    name: 'troubleshooting',
    title: 'Troubleshooting',
    says: 'What goes wrong, why, and what to do: from 401 to streams in one piece.',
    group: 'Operate',
  },
  {
    name: 'api-formats',
    title: 'API formats and errors',
    says: 'Paths, headers and every error with its status and its owner.',
    group: 'Reference',
  },
  {
    name: 'admin-api',
    title: 'Admin API',
    says: 'Every route of the control plane with the permission it needs.',
    group: 'Reference',
  },
  {
    name: 'command-line',
    title: 'Command line',
    says: 'Every command of the CLI.',
    group: 'Reference',
  },
  {
    name: 'limits',
    title: 'Limits',
    says: 'Every bound of the system with its reason, and what is not promised.',
    group: 'Reference',
  },
]

const texts = new Map<string, string>()

/** The Markdown of a page, or undefined when there is none of that name. Throws when the clone lacks its file. */
export function textOf(name: string): string | undefined {
  if (!PAGES.some((each) => each.name === name)) return undefined
  let text = texts.get(name)
  if (text === undefined) {
    text = readFileSync(join(import.meta.dir, 'pages', `${name}.md`), 'utf8')
    texts.set(name, text)
  }
  return text
}
