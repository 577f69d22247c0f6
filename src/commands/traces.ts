import { parseArgs } from 'node:util'
import { isUuid } from '../base/id.ts'
import { type Json, member, numberMember, textMember } from '../base/json.ts'
import { type AdminClient, AdminError, adminClient } from './admin-client.ts'
import type { Command, CommandContext } from './command.ts'
import { printable, table } from './table.ts'

const LIMIT_MAX = 1000
const PAGE = 100

/** Lists calls from the trace store, and shows one. */
export const traces: Command = {
  name: 'traces',
  summary: 'list traced calls, or show one',
  usage: [
    'sluice traces [--project NAME] [--limit N] [--workspace ID]   calls, newest first (20 unless told)',
    'sluice traces show ID [--workspace ID]                        one call in full',
  ].join('\n'),
  async run(args, context) {
    let given: ReturnType<typeof read>
    try {
      given = read(args)
    } catch (cause) {
      context.err(cause instanceof Error ? cause.message : 'wrong usage')
      return 2
    }
    const [verb, id, ...rest] = given.positionals
    const limit = Number(given.values.limit ?? 20)
    if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX) {
      context.err(`--limit must be a whole number from 1 to ${LIMIT_MAX}`)
      return 2
    }
    if (verb !== undefined && (verb !== 'show' || id === undefined || rest.length > 0)) {
      context.err(traces.usage)
      return 2
    }
    try {
      const { workspace } = given.values
      const client = await adminClient(
        context,
        workspace === undefined ? 'gateway_key' : 'admin_key',
        workspace,
      )
      return id === undefined
        ? await list(client, given.values.project ?? 'gateway', limit, context)
        : await show(client, id, context)
    } catch (cause) {
      if (!(cause instanceof AdminError)) throw cause
      context.err(cause.message)
      return 1
    }
  },
}

function read(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      project: { type: 'string' },
      limit: { type: 'string' },
      workspace: { type: 'string' },
    },
  })
}

async function list(
  client: AdminClient,
  project: string,
  limit: number,
  context: CommandContext,
): Promise<number> {
  const sessions = await client.call('GET', `/sessions?name=${encodeURIComponent(project)}`)
  const session = Array.isArray(sessions) ? textMember(sessions[0], 'id') : undefined
  if (session === undefined) {
    context.err(`there is no trace project named ${project}`)
    return 1
  }
  const runs: Json[] = []
  let cursor: string | undefined
  do {
    const page = await client.call('POST', '/runs/query', {
      session: [session],
      limit: Math.min(PAGE, limit - runs.length),
      ...(cursor === undefined ? {} : { cursor }),
    })
    const found = member(page, 'runs')
    if (Array.isArray(found)) runs.push(...found)
    cursor = textMember(member(page, 'cursors'), 'next')
  } while (cursor !== undefined && runs.length < limit)
  if (context.json) context.out(JSON.stringify(runs))
  else if (runs.length === 0) context.out(`no calls in ${project} yet`)
  else for (const line of table([HEADING, ...runs.map(rowOf)])) context.out(line)
  return 0
}

const HEADING = [
  'TIME',
  'ID',
  'KEY',
  'MODEL',
  'STATUS',
  'OUTCOME',
  'TOKENS',
  'COST',
  'PROJECTS',
] as const

/** A run as the cells of one line: time, id, key, model, status, outcome, tokens, cost, projects. */
export function rowOf(run: Json): string[] {
  const facts = member(member(run, 'extra'), 'metadata')
  const names = member(run, 'session_names')
  return [
    (textMember(run, 'start_time') ?? '').replace('T', ' ').slice(0, 19),
    textMember(run, 'id') ?? '',
    textMember(facts, 'api_key_short') ?? '',
    textMember(facts, 'ls_model_name') ?? '-',
    String(numberMember(facts, 'gateway.status') ?? '-'),
    textMember(facts, 'gateway.error_code') ?? textMember(facts, 'gateway.outcome') ?? '-',
    tokensOf(run),
    costOf(run),
    Array.isArray(names) ? names.join(', ') : '',
  ]
}

function tokensOf(run: Json): string {
  const input = numberMember(run, 'prompt_tokens')
  const output = numberMember(run, 'completion_tokens')
  return input === undefined && output === undefined ? '-' : `${input ?? 0} in, ${output ?? 0} out`
}

/** Dollars, and how the amount is known when the provider did not tell it. */
function costOf(run: Json): string {
  const nanos = textMember(run, 'cost_nanos')
  if (nanos === undefined) return numberMember(run, 'total_tokens') === undefined ? '-' : 'unpriced'
  const basis = textMember(run, 'cost_basis')
  const amount = `$${dollars(BigInt(nanos))}`
  return basis === undefined || basis === 'measured' ? amount : `${amount} (${basis})`
}

/** Enough digits to tell two cheap calls apart, and no more. */
function dollars(nanos: bigint): string {
  const padded = nanos.toString().padStart(10, '0')
  return `${padded.slice(0, -9)}.${padded.slice(-9).replace(/0{1,7}$/, '')}`
}

async function show(client: AdminClient, id: string, context: CommandContext): Promise<number> {
  if (!isUuid(id)) {
    context.err(`${id} is not the id of a call`)
    return 2
  }
  const found = await client.call('GET', `/requests/${id}`)
  if (context.json) context.out(JSON.stringify(found))
  else for (const line of describe(found, '')) context.out(line)
  return 0
}

/** A value as indented `name: value` lines, without what is empty. */
function describe(value: unknown, indent: string): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, each]): string[] => {
    if (each === null || (Array.isArray(each) && each.length === 0)) return []
    if (typeof each !== 'object') return [printable(`${indent}${name}: ${each}`)]
    return [`${indent}${name}:`, ...describe(each, `${indent}  `)]
  })
}
