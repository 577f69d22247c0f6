import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { json } from '../clients/rig.ts'
import { geminiStream, generated } from '../clients/script-gemini.ts'
import type { Agent } from './agent.ts'
import { VERSIONS } from './install.ts'

const SETTINGS = {
  security: { auth: { selectedType: 'gemini-api-key' } },
  privacy: { usageStatisticsEnabled: false },
  telemetry: { enabled: false },
  general: { enableAutoUpdate: false },
}
const call = (name: string, args: object) => [{ functionCall: { name, args } }]

/** Google's agent: a small model routes, then streamed turns; `x-goog-api-key`, no session id on the wire. */
export const geminiCli: Agent = {
  client: 'Gemini CLI',
  version: VERSIONS['@google/gemini-cli'],
  bin: 'gemini',
  models: {
    usual: 'gemini-2.5-flash',
    capped: 'gemini-2.5-pro',
    limited: 'gemini-2.5-flash-lite',
  },
  sessionHeader: undefined,
  prepare({ url, key, home, model, prompt }) {
    mkdirSync(join(home, '.gemini'))
    writeFileSync(join(home, '.gemini/settings.json'), JSON.stringify(SETTINGS))
    return {
      args: ['-p', prompt, '--model', model, '--approval-mode', 'yolo'],
      env: {
        GOOGLE_GEMINI_BASE_URL: `${url}/gemini`,
        GEMINI_API_KEY: key,
        GEMINI_CLI_TRUST_WORKSPACE: 'true',
      },
    }
  },
  isTurn: (request) => request.path.endsWith(':streamGenerateContent'),
  aside: () => json(generated([{ text: '{}' }], 'STOP')),
  says: (text) => geminiStream([{ text: text.slice(0, 4) }], [{ text: text.slice(4) }]),
  writes: (file_path, content) => geminiStream(call('write_file', { file_path, content })),
  runs: (command) => geminiStream(call('run_shell_command', { command, description: 'sum' })),
  fails: (code, message) =>
    json({ error: { code, message, status: 'INVALID_ARGUMENT', details: [] } }, code),
}
