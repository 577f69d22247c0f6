import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { textMember } from '../base/json.ts'
import { SNIPPETS, type Target } from '../base/snippets.ts'
import type { Command, CommandContext } from './command.ts'

/** `sluice snippet <client>`: what to paste so that a client uses this gateway. */
export const snippet: Command = {
  name: 'snippet',
  summary: 'print the settings of a client: SDKs, Claude Code, Codex, Gemini CLI, …',
  usage: `sluice snippet [<client>] [--url URL] [--key KEY]

Prints what to paste so that a client uses this gateway. Without a client: the list of them.
URL and key are those of the gateway that runs here, unless they are given.

Clients:
${SNIPPETS.map((each) => `  ${each.name.padEnd(20)} ${each.summary}`).join('\n')}`,
  async run(args, context) {
    const [name, ...rest] = args[0]?.startsWith('--') ? ['', ...args] : args
    const options = optionsOf(rest)
    if (!options) {
      context.err('Usage: sluice snippet [<client>] [--url URL] [--key KEY]')
      return 2
    }
    if (name === undefined || name === '') return list(context)
    const found = SNIPPETS.find((each) => each.name === name)
    if (!found) {
      context.err(unknownClient(name))
      return 2
    }
    const text = found.text(targetOf(options, context))
    if (context.json) context.out(JSON.stringify({ client: found.name, place: found.place, text }))
    else context.out(text)
    return 0
  },
}

/** Names a family's members (`openai`: the SDK for JavaScript or for Python), else all clients. */
function unknownClient(name: string): string {
  const names = SNIPPETS.map((each) => each.name)
  const family = names.filter((each) => each.startsWith(`${name}-`))
  if (family.length > 0) return `There is no client '${name}'. Which one: ${family.join(' or ')}?`
  return `There is no client '${name}'. Those known: ${names.join(', ')}`
}

function list(context: CommandContext): number {
  if (context.json) {
    context.out(
      JSON.stringify(SNIPPETS.map(({ name, summary, place }) => ({ name, summary, place }))),
    )
    return 0
  }
  for (const each of SNIPPETS) context.out(`${each.name.padEnd(20)} ${each.summary}`)
  return 0
}

function optionsOf(args: readonly string[]): { url?: string; key?: string } | undefined {
  const options: { url?: string; key?: string } = {}
  for (let at = 0; at < args.length; at += 2) {
    const [name, value] = [args[at], args[at + 1]]
    if ((name !== '--url' && name !== '--key') || value === undefined) return undefined
    options[name === '--url' ? 'url' : 'key'] = value.replace(/\/+$/, '')
  }
  return options
}

/** Given values first, then those of the running gateway, then stand-ins that nobody takes for real. */
function targetOf(options: { url?: string; key?: string }, context: CommandContext): Target {
  let ready: unknown
  try {
    ready = JSON.parse(readFileSync(join(context.config.dataDir, 'ready.json'), 'utf8'))
  } catch {
    ready = undefined
  }
  const { host, port, basePath } = context.config
  return {
    url: options.url ?? textMember(ready, 'url') ?? `http://${host}:${port}${basePath}`,
    key: options.key ?? textMember(ready, 'gateway_key') ?? '<your Sluice key>',
  }
}
