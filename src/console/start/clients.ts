import { DEMO, SNIPPETS, type Target } from '../../base/snippets.ts'
import { BASE } from '../client.ts'

/** One client as a tab. */
export interface Client {
  readonly id: string
  readonly label: string
  readonly summary: string
  readonly place: string
  text(target: Target): string
}

const LABELS: readonly (readonly [id: string, label: string])[] = [
  ['curl', 'curl'],
  ['openai-python', 'OpenAI Python'],
  ['openai-js', 'OpenAI JS'],
  ['anthropic-python', 'Anthropic Python'],
  ['anthropic-js', 'Anthropic JS'],
  ['claude-code', 'Claude Code'],
  ['codex', 'Codex'],
  ['gemini-cli', 'Gemini CLI'],
]

const demo: Client = { ...DEMO, id: 'demo', label: 'Built-in model' }

/** The built-in model first, which works at once; then the clients most people have. */
export const CLIENTS: readonly [Client, ...Client[]] = [
  demo,
  ...LABELS.flatMap(([id, label]) => {
    const found = SNIPPETS.find((each) => each.name === id)
    return found ? [{ ...found, id, label }] : []
  }),
]

/** Where calls go: this origin, or the listener of the calls when the console has its own. */
export function gatewayUrl(): string {
  const port = document.querySelector('meta[name="sluice-gateway-port"]')?.getAttribute('content')
  return port ? `${location.protocol}//${location.hostname}:${port}${BASE}` : location.origin + BASE
}
