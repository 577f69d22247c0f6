import { json } from '../clients/rig.ts'
import { type Block, messageOf, messageStream } from '../clients/script-messages.ts'
import type { Agent } from './agent.ts'
import { VERSIONS } from './install.ts'

const tool = (name: string, input: object): Block => {
  return { type: 'tool_use', id: `toolu_${name}`, name, input }
}

/** Anthropic's agent: Messages, always streamed; `x-api-key` or Bearer. */
export const claudeCode: Agent = {
  client: 'Claude Code',
  version: VERSIONS['@anthropic-ai/claude-code'],
  bin: 'claude',
  models: {
    usual: 'claude-opus-4-8',
    capped: 'claude-opus-4-5',
    limited: 'claude-haiku-4-5',
  },
  sessionHeader: 'x-claude-code-session-id',
  prepare({ url, key, model, prompt }) {
    const allowed = ['--permission-mode', 'acceptEdits', '--allowedTools', 'Write,Bash']
    return {
      args: ['-p', prompt, '--model', model, ...allowed],
      env: {
        ANTHROPIC_BASE_URL: `${url}/anthropic`,
        ANTHROPIC_AUTH_TOKEN: key,
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      },
    }
  },
  isTurn: (request) => request.text().includes('"tools":[{'),
  aside: () => messageStream([{ type: 'text', text: 'A title' }]),
  says(text, request) {
    const content: Block[] = [{ type: 'text', text }]
    const whole = request !== undefined && !request.text().includes('"stream":true')
    return whole ? json(messageOf(content)) : messageStream(content)
  },
  writes: (file_path, content) => messageStream([tool('Write', { file_path, content })]),
  runs: (command) => messageStream([tool('Bash', { command, description: 'Does the sum' })]),
  fails: (status, message) =>
    json({ type: 'error', error: { type: 'invalid_request_error', message } }, status),
}
