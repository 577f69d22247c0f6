import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { json } from '../clients/rig.ts'
import { callItem, messageItem, responseStream } from '../clients/script-responses.ts'
import type { Agent } from './agent.ts'
import { VERSIONS } from './install.ts'

/** OpenAI's agent over HTTP. */
export const codex: Agent = codexWith({ sockets: false })
/** The same over WebSockets, with HTTP as its second choice. */
export const codexOverSockets: Agent = codexWith({ sockets: true })

/** OpenAI's agent: Responses, streamed; Bearer; a new connection for every request. */
function codexWith({ sockets }: { readonly sockets: boolean }): Agent {
  return {
    client: 'Codex',
    version: VERSIONS['@openai/codex'],
    bin: 'codex',
    models: { usual: 'gpt-5.5', capped: 'gpt-5.2', limited: 'gpt-5.1' },
    sessionHeader: 'session-id',
    prepare({ url, key, home, model, prompt }) {
      const CODEX_HOME = join(home, '.codex')
      mkdirSync(CODEX_HOME)
      writeFileSync(join(CODEX_HOME, 'config.toml'), settings(url, sockets))
      const free = ['--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox']
      return {
        args: ['exec', ...free, '--model', model, prompt],
        env: { CODEX_HOME, SLUICE_API_KEY: key },
      }
    },
    isTurn: (request) => request.method === 'POST' && request.path === '/v1/responses',
    // What it asks beside its turns here is an upgrade that this provider does not know.
    aside: () => ({ status: 404, framing: 'length', body: 'not found' }),
    says: (text) => responseStream([messageItem(text)]),
    writes: (path, content) =>
      responseStream([callItem('exec_command', { cmd: patch(path, content) })]),
    runs: (cmd) => responseStream([callItem('exec_command', { cmd })]),
    fails: (status, message) =>
      json({ error: { message, type: 'invalid_request_error', param: null, code: null } }, status),
  }
}

/** Its own way to change files, which it carries out itself instead of the shell. */
function patch(path: string, content: string): string {
  const lines = ['*** Begin Patch', `*** Add File: ${path}`, `+${content}`, '*** End Patch']
  return `apply_patch <<'EOF'\n${lines.join('\n')}\nEOF`
}

function settings(url: string, sockets: boolean): string {
  return `
model_provider = "sluice"
check_for_update_on_startup = false
[analytics]
enabled = false
[feedback]
enabled = false
[model_providers.sluice]
name = "Sluice"
base_url = "${url}/openai/v1"
env_key = "SLUICE_API_KEY"
wire_api = "responses"
supports_websockets = ${sockets}
request_max_retries = 1
stream_max_retries = 1
`
}
