import { readFileSync } from 'node:fs'
import type { GuardRules } from '../policies/guard-rules.ts'
import { type GuardedText, guardText, readGuard, tryOutRules } from '../policies/guard-text.ts'
import { FINDINGS_MAX } from '../redaction/redact.ts'
import type { Command, CommandContext } from './command.ts'

interface Options {
  readonly findings: boolean
  readonly lines: boolean
  readonly policy: string | undefined
}

/** Redacts standard input. */
export const redact: Command = {
  name: 'redact',
  summary: 'redact text from standard input, or show what would be found',
  usage: [
    'redact [--findings] [--policy FILE] [--jsonl] < text',
    '',
    '  --findings     write findings instead of text, one JSON object a line:',
    '                 kind, entity, detector, start, end (UTF-16 units); of one text at',
    `                 most ${FINDINGS_MAX}`,
    '  --policy FILE  the config of a guard as JSON, as the admin API takes it; without one',
    '                 everything is found and replaced',
    '  --json         one JSON value {"text","findings"} when the text has ended',
    '  --jsonl        each line in is {"id","text"}, each line out {"id","text","findings"}',
  ].join('\n'),
  async run(args, context) {
    const options = read(args)
    if (typeof options === 'string') {
      context.err(options)
      return 2
    }
    const rules = rulesOf(options.policy)
    if (typeof rules === 'string') {
      context.err(`the policy cannot be used: ${rules}`)
      return 1
    }
    const key = context.world.dice.bytes(32)
    const open = () => guardText(rules, key)
    return options.lines ? redactLines(open, context) : redactText(open, options.findings, context)
  },
}

function read(args: readonly string[]): Options | string {
  let findings = false
  let lines = false
  let policy: string | undefined
  for (let index = 0; index < args.length; index++) {
    const arg = args[index]
    if (arg === '--findings') findings = true
    else if (arg === '--jsonl') lines = true
    else if (arg === '--policy') {
      policy = args[++index]
      if (policy === undefined) return '--policy needs a file'
    } else return `unknown argument ${arg}`
  }
  return { findings, lines, policy }
}

/** The rules of a policy file, or why there are none. */
function rulesOf(path: string | undefined): GuardRules | string {
  let config: unknown
  try {
    config = path === undefined ? undefined : JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    return cause instanceof Error ? cause.message : 'unknown'
  }
  const read = readGuard(config)
  if ('kind' in read) return tryOutRules(read)
  return read
    .map(({ pointer, says }) => `${pointer.replace(/^\/config/, '') || '/'} ${says}`)
    .join('; ')
}

async function redactText(
  open: () => GuardedText,
  findings: boolean,
  context: CommandContext,
): Promise<number> {
  const made = open()
  // Through a decoder with state: a character may be cut by the pipe's pieces.
  const decoder = new TextDecoder()
  let whole = ''
  const out = Bun.stdout.writer()
  // Waits for a reader that is slower: nothing piles up, and nothing is lost when the process ends.
  const write = async (text: string): Promise<void> => {
    if (context.json) whole += text
    else if (!findings && text !== '') {
      out.write(text)
      await out.flush()
    }
  }
  for await (const piece of Bun.stdin.stream())
    await write(made.push(decoder.decode(piece, { stream: true })))
  await write(made.push(decoder.decode()))
  await write(made.end())
  if (context.json) context.out(JSON.stringify({ text: whole, findings: made.findings() }))
  else if (findings) for (const finding of made.findings()) context.out(JSON.stringify(finding))
  if ((context.json || findings) && made.findings().length === FINDINGS_MAX)
    context.err(`only the first ${FINDINGS_MAX} findings are listed`)
  if (made.blocked()) context.err('the policy would refuse a request with this text')
  return 0
}

async function redactLines(open: () => GuardedText, context: CommandContext): Promise<number> {
  let number = 0
  let failed = false
  for await (const line of console) {
    number++
    if (line.trim() === '') continue
    const given = parsed(line)
    if (given === undefined) {
      context.err(`line ${number} is not {"id","text"}`)
      failed = true
      continue
    }
    const made = open()
    const text = made.push(given.text) + made.end()
    context.out(JSON.stringify({ id: given.id, text, findings: made.findings() }))
    if (made.blocked())
      context.err(`the policy would refuse a request with the text of line ${number}`)
  }
  return failed ? 1 : 0
}

function parsed(line: string): { id: unknown; text: string } | undefined {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value !== 'object' || value === null || !('text' in value)) return undefined
    return typeof value.text === 'string'
      ? { id: 'id' in value ? value.id : null, text: value.text }
      : undefined
  } catch {
    return undefined
  }
}
