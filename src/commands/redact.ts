import { readFileSync } from 'node:fs'
import { type Compiled, compileDetectors } from '../redaction/automaton/compile.ts'
import { type CustomSpec, customDetector } from '../redaction/custom.ts'
import { DETECTORS } from '../redaction/detectors/index.ts'
import type { Operator } from '../redaction/operator.ts'
import { type Redactor, redactor } from '../redaction/redact.ts'
import { vault } from '../redaction/vault.ts'
import type { Command, CommandContext } from './command.ts'

/** What a policy file may say; everything is on and replaced without one. */
interface PolicyFile {
  readonly detect?: { readonly pii?: boolean; readonly secrets?: boolean }
  readonly operator?: Operator
  readonly except?: readonly string[]
  readonly custom?: readonly CustomSpec[]
}

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
    '                 kind, entity, detector, start, end (UTF-16 units)',
    '  --policy FILE  a guard policy config as JSON (detect, operator, except, custom)',
    '  --json         one JSON value {"text","findings"} when the text has ended',
    '  --jsonl        each line in is {"id","text"}, each line out {"id","text","findings"}',
  ].join('\n'),
  async run(args, context) {
    const options = read(args)
    if (typeof options === 'string') {
      context.err(options)
      return 2
    }
    let open: () => Redactor
    try {
      open = opener(options.policy, context)
    } catch (cause) {
      context.err(
        `the policy cannot be used: ${cause instanceof Error ? cause.message : 'unknown'}`,
      )
      return 1
    }
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

function opener(path: string | undefined, context: CommandContext): () => Redactor {
  const policy: PolicyFile = path === undefined ? {} : JSON.parse(readFileSync(path, 'utf8'))
  const { pii = true, secrets = true } = policy.detect ?? {}
  const except = new Set(policy.except ?? [])
  const wanted = DETECTORS.filter(
    ({ id, kind }) => (kind === 'secret' ? secrets : pii) && !except.has(id),
  )
  const compiled: Compiled = compileDetectors([
    ...wanted,
    ...(policy.custom ?? []).map(customDetector),
  ])
  const key = context.world.dice.bytes(32)
  return () =>
    redactor(compiled, () => policy.operator ?? 'replace', vault({ key, scope: 'command' }))
}

async function redactText(
  open: () => Redactor,
  findings: boolean,
  context: CommandContext,
): Promise<number> {
  const made = open()
  // Through a decoder with state: a character may be cut by the pipe's pieces.
  const decoder = new TextDecoder()
  let whole = ''
  const write = (text: string) => {
    if (context.json) whole += text
    else if (!findings && text !== '') process.stdout.write(text)
  }
  for await (const piece of Bun.stdin.stream())
    write(made.push(decoder.decode(piece, { stream: true })))
  write(made.push(decoder.decode()))
  write(made.end())
  if (context.json) context.out(JSON.stringify({ text: whole, findings: made.findings() }))
  else if (findings) for (const finding of made.findings()) context.out(JSON.stringify(finding))
  return 0
}

async function redactLines(open: () => Redactor, context: CommandContext): Promise<number> {
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
