/** Where a client is pointed: the gateway's URL without a trailing slash, and a key. */
export interface Target {
  readonly url: string
  readonly key: string
}

/** How one client is set up. */
export interface Snippet {
  readonly name: string
  /** One line for the list. */
  readonly summary: string
  /** Where the text goes. */
  readonly place: string
  text(target: Target): string
}

const env = ({ url, key }: Target) => `export SLUICE_API_KEY="${key}"
export OPENAI_BASE_URL="${url}/openai/v1"
export OPENAI_API_KEY="$SLUICE_API_KEY"
export ANTHROPIC_BASE_URL="${url}/anthropic"
export ANTHROPIC_API_KEY="$SLUICE_API_KEY"
export GOOGLE_GEMINI_BASE_URL="${url}/gemini"
export GEMINI_API_KEY="$SLUICE_API_KEY"
export GOOGLE_API_KEY="$SLUICE_API_KEY"`

/** Claude Code's settings, as JSON in which one finds one's way; `more` for other clients of the same machine. */
const claudeSettings = ({ url, key }: Target, more: Readonly<Record<string, string>> = {}) =>
  JSON.stringify(
    {
      env: {
        ANTHROPIC_BASE_URL: `${url}/anthropic`,
        ANTHROPIC_AUTH_TOKEN: key,
        ...more,
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      },
    },
    null,
    2,
  )

/** One call by curl. */
const curl = (options: string, url: string, key: string, body: string) =>
  `curl ${options}${url} \\
  -H "authorization: Bearer ${key}" -H "content-type: application/json" \\
  -d '${body}'`

/** Every client that has been run against the gateway, in alphabetical order. */
export const SNIPPETS: readonly Snippet[] = [
  {
    name: 'anthropic-js',
    summary: 'Anthropic SDK, JavaScript',
    place: 'code',
    text: ({ url, key }) => `import Anthropic from '@anthropic-ai/sdk'

const client = new Anthropic({ baseURL: '${url}/anthropic', apiKey: '${key}' })`,
  },
  {
    name: 'anthropic-python',
    summary: 'Anthropic SDK, Python',
    place: 'code',
    text: ({ url, key }) => `from anthropic import Anthropic

client = Anthropic(base_url="${url}/anthropic", api_key="${key}")`,
  },
  {
    name: 'claude-code',
    summary: 'Claude Code',
    place: '~/.claude/settings.json, or the shell',
    text: (target) => claudeSettings(target),
  },
  {
    name: 'codex',
    summary: 'Codex CLI',
    place: '~/.codex/config.toml, and SLUICE_API_KEY in the shell',
    // Codex retries a spend block (402) like a fault; one retry shows the message at once.
    text: ({ url, key }) => `# export SLUICE_API_KEY="${key}"
model_provider = "sluice"

[model_providers.sluice]
name = "Sluice"
base_url = "${url}/openai/v1"
env_key = "SLUICE_API_KEY"
wire_api = "responses"
supports_websockets = false
request_max_retries = 1
stream_max_retries = 1`,
  },
  {
    name: 'curl',
    summary: 'curl, OpenAI dialect',
    place: 'shell',
    text: ({ url, key }) =>
      curl(
        '',
        `${url}/openai/v1/chat/completions`,
        key,
        '{"model":"gpt-4o-mini","messages":[{"role":"user","content":"ping"}]}',
      ),
  },
  {
    name: 'device-management',
    summary: 'files to roll out to many machines',
    place: 'managed-settings.json of Claude Code; replace the key per user or team',
    text: (target) =>
      claudeSettings(target, {
        OPENAI_BASE_URL: `${target.url}/openai/v1`,
        OPENAI_API_KEY: target.key,
        GOOGLE_GEMINI_BASE_URL: `${target.url}/gemini`,
        GEMINI_API_KEY: target.key,
      }),
  },
  { name: 'env', summary: 'one block for all SDKs', place: 'shell', text: env },
  {
    name: 'gemini-cli',
    summary: 'Gemini CLI',
    place: 'shell',
    text: ({ url, key }) => `export GOOGLE_GEMINI_BASE_URL="${url}/gemini"
export GEMINI_API_KEY="${key}"`,
  },
  {
    name: 'google-genai-js',
    summary: 'Google Gen AI SDK, JavaScript',
    place: 'code',
    text: ({ url, key }) => `import { GoogleGenAI } from '@google/genai'

const client = new GoogleGenAI({ apiKey: '${key}', httpOptions: { baseUrl: '${url}/gemini' } })`,
  },
  {
    name: 'google-genai-python',
    summary: 'Google Gen AI SDK, Python',
    place: 'code',
    text: ({ url, key }) => `from google import genai

client = genai.Client(api_key="${key}", http_options={"base_url": "${url}/gemini"})`,
  },
  {
    name: 'langchain',
    summary: 'LangChain: one base URL, each provider below it',
    place: 'shell',
    text: ({ url, key }) => `export LANGSMITH_GATEWAY="${url}"
export LANGSMITH_GATEWAY_API_KEY="${key}"`,
  },
  {
    name: 'openai-js',
    summary: 'OpenAI SDK, JavaScript',
    place: 'code',
    text: ({ url, key }) => `import OpenAI from 'openai'

const client = new OpenAI({ baseURL: '${url}/openai/v1', apiKey: '${key}' })`,
  },
  {
    name: 'openai-python',
    summary: 'OpenAI SDK, Python',
    place: 'code',
    text: ({ url, key }) => `from openai import OpenAI

client = OpenAI(base_url="${url}/openai/v1", api_key="${key}")`,
  },
]

/** The first call of all: the built-in model needs no provider key. Not in the list, as no client is set up. */
export const DEMO: Snippet = {
  name: 'demo',
  summary: 'curl, the built-in model: needs no provider key',
  place: 'shell',
  text: ({ url, key }) =>
    curl(
      '-N ',
      `${url}/demo/v1/chat/completions`,
      key,
      '{"model":"demo/echo","stream":true,"messages":[{"role":"user","content":"Hello"}]}',
    ),
}
