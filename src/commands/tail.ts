import { parseArgs } from 'node:util'
import { pause } from '../base/clock.ts'
import { type Json, member, textMember } from '../base/json.ts'
import { type AdminClient, AdminError, adminClient } from './admin-client.ts'
import type { Command, CommandContext } from './command.ts'
import { printable } from './table.ts'
import { rowOf } from './traces.ts'

const LOOK_MS = 500
const PAGE = 100
/** Deeper than this in one look means more than a thousand calls in half a second: then some go unseen. */
const PAGES_MAX = 10
/** Ids remembered as seen: far more than can end out of order between two looks. */
const SEEN_MAX = 20_000

/** Follows the calls of the gateway as they end. */
export const tail: Command = {
  name: 'tail',
  summary: 'follow calls as they end',
  usage: [
    'sluice tail [--project NAME] [--model TEXT] [--outcome WORD] [--status N] [--key SHORT] [--for SECONDS]',
    '',
    'One line per call (with --json one JSON value per line) until Ctrl-C, or for a number of seconds.',
    '--model matches a part of the name; the others match exactly.',
  ].join('\n'),
  async run(args, context) {
    const given = read(args)
    if (typeof given === 'string') {
      context.err(given)
      return 2
    }
    try {
      return await follow(await adminClient(context), given, context)
    } catch (cause) {
      if (!(cause instanceof AdminError)) throw cause
      context.err(cause.message)
      return 1
    }
  },
}

interface Wanted {
  readonly project: string
  readonly model: string | undefined
  readonly outcome: string | undefined
  readonly status: string | undefined
  readonly key: string | undefined
  readonly forMs: number
}

function read(args: readonly string[]): Wanted | string {
  const option = { type: 'string' } as const
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        project: option,
        model: option,
        outcome: option,
        status: option,
        key: option,
        for: option,
      },
    })
    const seconds = values.for === undefined ? Number.POSITIVE_INFINITY : Number(values.for)
    if (Number.isNaN(seconds) || seconds <= 0) return '--for must be a number of seconds'
    return {
      project: values.project ?? 'gateway',
      model: values.model,
      outcome: values.outcome,
      status: values.status,
      key: values.key,
      forMs: seconds * 1_000,
    }
  } catch (cause) {
    return cause instanceof Error ? cause.message : 'wrong usage'
  }
}

async function follow(client: AdminClient, wanted: Wanted, context: CommandContext) {
  const { clock } = context.world
  const sessions = await client.call('GET', `/sessions?name=${encodeURIComponent(wanted.project)}`)
  const session = Array.isArray(sessions) ? textMember(sessions[0], 'id') : undefined
  if (session === undefined) {
    context.err(`there is no trace project named ${wanted.project}`)
    return 1
  }
  const seen = new Set<string>()
  // What ended before is not news.
  await look(client, session, seen, 1)
  const end = clock.monotonic() + wanted.forMs
  while (clock.monotonic() < end) {
    await pause(clock, Math.min(LOOK_MS, end - clock.monotonic()))
    for (const run of await look(client, session, seen, PAGES_MAX))
      if (matches(run, wanted)) context.out(context.json ? JSON.stringify(run) : lineOf(run))
  }
  return 0
}

/** The runs not seen before, oldest first. A long call ends after younger ones, so a page is read on as long as it has news. */
async function look(client: AdminClient, session: string, seen: Set<string>, pages: number) {
  const fresh: Json[] = []
  let cursor: string | undefined
  for (let page = 0; page < pages; page++) {
    const answer = await client.call('POST', '/runs/query', {
      session: [session],
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    })
    const runs = member(answer, 'runs')
    if (!Array.isArray(runs)) break
    const news = runs.filter((run) => !seen.has(textMember(run, 'id') ?? ''))
    fresh.push(...news)
    for (const run of news) seen.add(textMember(run, 'id') ?? '')
    cursor = textMember(member(answer, 'cursors'), 'next')
    if (news.length === 0 || cursor === undefined) break
  }
  for (const id of seen) {
    if (seen.size <= SEEN_MAX) break
    seen.delete(id)
  }
  return fresh.reverse()
}

function matches(run: Json, wanted: Wanted): boolean {
  const facts = member(member(run, 'extra'), 'metadata')
  const [, , key = '', model = '', status = ''] = rowOf(run)
  const outcome = textMember(facts, 'gateway.outcome')
  return (
    (wanted.model === undefined || model.includes(wanted.model)) &&
    (wanted.outcome === undefined || outcome === wanted.outcome) &&
    (wanted.status === undefined || status === wanted.status) &&
    (wanted.key === undefined || key === wanted.key)
  )
}

/** Cells in fixed widths: the lines come one by one, so nothing can be measured beforehand. */
function lineOf(run: Json): string {
  const [
    time = '',
    id = '',
    key = '',
    model = '',
    status = '',
    outcome = '',
    tokens = '',
    cost = '',
  ] = rowOf(run)
  const cells = [
    time,
    id,
    key.padEnd(12),
    model.padEnd(24),
    status,
    outcome.padEnd(12),
    tokens,
    cost,
  ]
  return printable(cells.join('  ').trimEnd())
}
