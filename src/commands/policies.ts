import { readFile } from 'node:fs/promises'
import { isUuid } from '../base/id.ts'
import { isJsonObject, type Json, member, numberMember, textMember } from '../base/json.ts'
import { parseWithExactUsd } from '../base/wire.ts'
import { type AdminClient, AdminError, adminClient } from './admin-client.ts'
import type { Command, CommandContext } from './command.ts'
import { table } from './table.ts'

const PATH = '/platform/gateway-policies'

/** Policies of the running gateway. */
export const policies: Command = {
  name: 'policies',
  summary: 'list, set or delete policies',
  usage: [
    'sluice policies list           with what each has used of its limit, and holds',
    'sluice policies set FILE       one policy, or a list of them, as JSON; - reads stdin. One with the',
    '                               same type, matchers and window is updated in place',
    'sluice policies delete ID',
  ].join('\n'),
  async run(args, context) {
    const [verb, word, ...rest] = args
    const known = verb === 'list' ? word === undefined : verb === 'set' || verb === 'delete'
    if (!known || rest.length > 0 || (verb !== 'list' && word === undefined)) {
      context.err(policies.usage)
      return 2
    }
    try {
      const client = await adminClient(context)
      if (word === undefined) return await list(client, context)
      return verb === 'set' ? await set(client, word, context) : await drop(client, word, context)
    } catch (cause) {
      if (!(cause instanceof AdminError)) throw cause
      context.err(cause.message)
      return 1
    }
  },
}

async function list(client: AdminClient, context: CommandContext): Promise<number> {
  const found = await client.call('GET', PATH)
  if (context.json) {
    context.out(JSON.stringify(found))
    return 0
  }
  const rows = Array.isArray(found) ? found.map(rowOf) : []
  const heading = [
    'ID',
    'NAME',
    'TYPE',
    'SUBJECT',
    'WINDOW',
    'LIMIT',
    'SPENT',
    'HELD',
    'USED',
    'STATE',
  ]
  if (rows.length === 0) context.out('no policies yet')
  else for (const line of table([heading, ...rows])) context.out(line)
  return 0
}

function rowOf(policy: Json): string[] {
  const config = member(policy, 'config')
  const amount = (name: string, from: Json | undefined): string => {
    const found = numberMember(from, name)
    return found === undefined ? '-' : `$${found}`
  }
  return [
    textMember(policy, 'id') ?? '',
    textMember(policy, 'name') ?? '',
    textMember(policy, 'policy_type') ?? '',
    subjectOf(member(policy, 'subject_matchers')),
    textMember(config, 'window') ?? '-',
    amount('limit_usd', config),
    amount('current_spend_usd', policy),
    amount('reserved_usd', policy),
    usedOf(policy),
    member(policy, 'enabled') === true ? 'on' : 'off',
  ]
}

/** The share of a cap that is spent, or each rate limit as `used/limit`. */
function usedOf(policy: Json): string {
  const usage = member(policy, 'current_usage')
  if (Array.isArray(usage))
    return usage
      .map((each) => {
        const window = textMember(each, 'window')
        const what = `${textMember(each, 'metric')}${window === 'none' ? '' : ` per ${window}`}`
        return `${numberMember(each, 'value')}/${numberMember(each, 'limit') ?? '-'} ${what}`
      })
      .join(', ')
  const limit = numberMember(member(policy, 'config'), 'limit_usd')
  const spent = numberMember(policy, 'current_spend_usd')
  if (spent === undefined || limit === undefined || limit === 0) return '-'
  return `${Math.floor((spent / limit) * 100)} %`
}

function subjectOf(matchers: Json | undefined): string {
  if (!Array.isArray(matchers) || matchers.length === 0) return 'everything'
  return matchers
    .map((each) => `${textMember(each, 'key')}=${textMember(each, 'value') || '(each)'}`)
    .join(' ')
}

async function set(client: AdminClient, file: string, context: CommandContext): Promise<number> {
  const text = file === '-' ? await Bun.stdin.text() : await readText(file)
  let given: unknown
  try {
    given = parseWithExactUsd(text)
  } catch {
    throw new AdminError(`${file} is not JSON`, 0)
  }
  const drafts: readonly unknown[] = Array.isArray(given) ? given : [given]
  const made: unknown[] = []
  for (const draft of drafts) {
    const name = isJsonObject(draft) ? textMember(draft, 'name') : undefined
    try {
      made.push(await client.call('POST', PATH, draft))
    } catch (cause) {
      if (!(cause instanceof AdminError)) throw cause
      throw new AdminError(`${name ?? 'a policy'}: ${cause.message}`, cause.status)
    }
    if (!context.json) context.out(`set ${name}`)
  }
  if (context.json) context.out(JSON.stringify(made))
  return 0
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch {
    throw new AdminError(`${file} cannot be read`, 0)
  }
}

async function drop(client: AdminClient, id: string, context: CommandContext): Promise<number> {
  if (!isUuid(id)) throw new AdminError(`${id} is not the id of a policy`, 0)
  await client.call('DELETE', `${PATH}/${id}`)
  context.out(context.json ? JSON.stringify({ id }) : `deleted ${id}`)
  return 0
}
