/** How one provider is asked, and where its streamed answer keeps its text. */
export interface Way {
  readonly id: string
  readonly label: string
  readonly model: string
  path(model: string): string
  body(model: string, prompt: string): object
  /** The text that one event of the stream adds. */
  textOf(event: unknown): string
  /** The lines of a program that asks the same; `url` and the key come from the environment of the reader. */
  python(at: Spot): string
  typescript(at: Spot): string
}

/** What a program needs to know. */
export interface Spot {
  readonly url: string
  readonly model: string
  readonly prompt: string
}

const OUTPUT_TOKENS_MAX = 256

const chatBody = (model: string, content: string) => ({
  model,
  stream: true,
  messages: [{ role: 'user', content }],
})
const chatText = (event: unknown) => textAt(event, 'choices', 0, 'delta', 'content')
const openaiPython =
  (base: string) =>
  ({ url, model, prompt }: Spot) =>
    `import os
from openai import OpenAI

client = OpenAI(base_url=${literal(url + base)}, api_key=os.environ["SLUICE_API_KEY"])
stream = client.chat.completions.create(
    model=${literal(model)},
    messages=[{"role": "user", "content": ${literal(prompt)}}],
    stream=True,
)
for chunk in stream:
    if chunk.choices:
        print(chunk.choices[0].delta.content or "", end="", flush=True)`
const openaiTypescript =
  (base: string) =>
  ({ url, model, prompt }: Spot) =>
    `import OpenAI from 'openai'

const client = new OpenAI({ baseURL: ${literal(url + base)}, apiKey: process.env.SLUICE_API_KEY })
const stream = await client.chat.completions.create({
  model: ${literal(model)},
  messages: [{ role: 'user', content: ${literal(prompt)} }],
  stream: true,
})
for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta.content ?? '')`

function chat(id: string, label: string, model: string): Way {
  return {
    ...{ id, label, model },
    path: () => `/${id}/v1/chat/completions`,
    body: chatBody,
    textOf: chatText,
    python: openaiPython(`/${id}/v1`),
    typescript: openaiTypescript(`/${id}/v1`),
  }
}

/** The built-in model first: it works without any provider key. */
export const WAYS: readonly [Way, ...Way[]] = [
  chat('demo', 'Built-in model', 'demo/echo'),
  chat('openai', 'OpenAI', 'gpt-4o-mini'),
  {
    id: 'anthropic',
    label: 'Anthropic',
    model: 'claude-haiku-4-5',
    path: () => '/anthropic/v1/messages',
    body: (model, prompt) => ({ ...chatBody(model, prompt), max_tokens: OUTPUT_TOKENS_MAX }),
    textOf: (event) => textAt(event, 'delta', 'text'),
    python: ({ url, model, prompt }) => `import os
from anthropic import Anthropic

client = Anthropic(base_url=${literal(`${url}/anthropic`)}, api_key=os.environ["SLUICE_API_KEY"])
with client.messages.stream(
    model=${literal(model)},
    max_tokens=${OUTPUT_TOKENS_MAX},
    messages=[{"role": "user", "content": ${literal(prompt)}}],
) as stream:
    for text in stream.text_stream:
        print(text, end="", flush=True)`,
    typescript: ({ url, model, prompt }) => `import Anthropic from '@anthropic-ai/sdk'

const client = new Anthropic({
  baseURL: ${literal(`${url}/anthropic`)},
  apiKey: process.env.SLUICE_API_KEY,
})
const stream = client.messages.stream({
  model: ${literal(model)},
  max_tokens: ${OUTPUT_TOKENS_MAX},
  messages: [{ role: 'user', content: ${literal(prompt)} }],
})
stream.on('text', (text) => process.stdout.write(text))
await stream.finalMessage()`,
  },
  {
    id: 'gemini',
    label: 'Google Gemini',
    model: 'gemini-2.5-flash',
    path: (model) =>
      `/gemini/v1beta/models/${encodeURIComponent(model)}:streamGenerateContent?alt=sse`,
    body: (_, prompt) => ({ contents: [{ role: 'user', parts: [{ text: prompt }] }] }),
    textOf: (event) => textAt(event, 'candidates', 0, 'content', 'parts', 0, 'text'),
    python: ({ url, model, prompt }) => `import os
from google import genai

client = genai.Client(
    api_key=os.environ["SLUICE_API_KEY"],
    http_options={"base_url": ${literal(`${url}/gemini`)}},
)
for chunk in client.models.generate_content_stream(
    model=${literal(model)}, contents=${literal(prompt)}
):
    print(chunk.text or "", end="", flush=True)`,
    typescript: ({ url, model, prompt }) => `import { GoogleGenAI } from '@google/genai'

const client = new GoogleGenAI({
  apiKey: process.env.SLUICE_API_KEY,
  httpOptions: { baseUrl: ${literal(`${url}/gemini`)} },
})
const stream = await client.models.generateContentStream({
  model: ${literal(model)},
  contents: ${literal(prompt)},
})
for await (const chunk of stream) process.stdout.write(chunk.text ?? '')`,
  },
]

/** The same request for a POSIX shell. */
export function curl(way: Way, { url, model, prompt }: Spot): string {
  const body = JSON.stringify(way.body(model, prompt))
  return `curl -N ${quoted(url + way.path(model))} \\
  -H "authorization: Bearer $SLUICE_API_KEY" \\
  -H 'content-type: application/json' \\
  -d ${quoted(body)}`
}

/** A string that JavaScript and Python read alike, whatever is in it. */
function literal(text: string): string {
  return JSON.stringify(text)
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'"'"'`)}'`
}

function textAt(value: unknown, ...path: readonly (string | number)[]): string {
  let at = value
  for (const step of path) {
    if (typeof at !== 'object' || at === null) return ''
    at = Reflect.get(at, step)
  }
  return typeof at === 'string' ? at : ''
}
