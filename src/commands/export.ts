import { member, numberMember, textMember } from '../base/json.ts'
import { DestinationsError, loadDestinations } from '../exporter/destinations.ts'
import { madeUpCall } from '../exporter/made-up-call.ts'
import { isForCalls, sinkFor } from '../exporter/sinks/index.ts'
import type { Database } from '../store/database.ts'
import { listParked, unpark } from '../store/outbox.ts'
import { AdminError, adminClient } from './admin-client.ts'
import type { Command, CommandContext } from './command.ts'
import { table } from './table.ts'
import { withStore } from './with-store.ts'

/** The destinations of traces outside: what there is, whether it answers, what could not be delivered. */
export const exportCommand: Command = {
  name: 'export',
  summary: 'list and test the destinations of traces, see and release what was set aside',
  usage: [
    'sluice export list             the destinations of SLUICE_EXPORTS',
    'sluice export test [NAME]      send one made-up call to each, or to one, and tell what it answered',
    'sluice export parked           what could not be delivered, with the reason',
    'sluice export release [ID…]    deliver parked calls again: these, or all',
    'sluice export replay [ID…]     deliver messages of the bus again that were set aside: these, or all',
  ].join('\n'),
  async run(args, context) {
    const [verb, ...rest] = args
    try {
      if (verb === 'list' && rest.length === 0) return await list(context)
      if (verb === 'test' && rest.length <= 1) return await test(rest[0], context)
    } catch (cause) {
      if (!(cause instanceof DestinationsError)) throw cause
      context.err(cause.message)
      return 2
    }
    if (verb === 'parked' && rest.length === 0)
      return withStore(context, (database) => showParked(database, context))
    if (verb === 'replay') return replay(rest, context)
    if (verb === 'release')
      return withStore(context, async (database) => {
        const released = await unpark(database, rest.length === 0 ? undefined : rest)
        context.out(context.json ? JSON.stringify({ released }) : `${released} released`)
        return 0
      })
    context.err(exportCommand.usage)
    return 2
  },
}

async function list(context: CommandContext): Promise<number> {
  const found = await loadDestinations(process.env)
  const rows = found.map(({ name, type, endpoint }) => ({ name, type, endpoint: endpoint ?? '' }))
  if (context.json) context.out(JSON.stringify(rows))
  else if (rows.length === 0) context.out('no destinations: set SLUICE_EXPORTS')
  else
    for (const line of table([
      ['NAME', 'TYPE', 'ENDPOINT'],
      ...rows.map((row) => [row.name, row.type, row.endpoint]),
    ]))
      context.out(line)
  return 0
}

async function test(wanted: string | undefined, context: CommandContext): Promise<number> {
  const all = (await loadDestinations(process.env)).filter(isForCalls)
  const found = wanted === undefined ? all : all.filter((each) => each.name === wanted)
  if (found.length === 0) {
    context.err(
      wanted === undefined ? 'no destinations: set SLUICE_EXPORTS' : `no destination ${wanted}`,
    )
    return 2
  }
  const write = async (lines: string): Promise<void> => context.out(lines.trimEnd())
  const results: { name: string; ok: boolean; says: string }[] = []
  for (const destination of found) {
    const sink = sinkFor(destination, { world: context.world, fetch, write })
    try {
      await sink.storeUsage?.([madeUpCall(context.world)])
      results.push({ name: destination.name, ok: true, says: 'accepted' })
    } catch (cause) {
      const says = cause instanceof Error ? cause.message : String(cause)
      results.push({ name: destination.name, ok: false, says })
    }
  }
  if (context.json) context.out(JSON.stringify(results))
  else for (const { name, ok, says } of results) context.out(`${ok ? '✓' : '✗'} ${name}: ${says}`)
  return results.every((each) => each.ok) ? 0 : 1
}

/** Calls come from the database, also of other organisations; messages of the bus from the running gateway. */
async function showParked(database: Database, context: CommandContext): Promise<number> {
  const calls = (await listParked(database, PARKED_SHOWN_MAX)).map(
    ({ exchangeId, parkedAtMs, why }) => ({
      id: exchangeId,
      kind: 'call',
      destination: '',
      parked: new Date(parkedAtMs).toISOString(),
      why,
    }),
  )
  const rows = [...calls, ...(await parkedMessages(context))]
  if (context.json) context.out(JSON.stringify(rows))
  else if (rows.length === 0) context.out('nothing is parked')
  else
    for (const line of table([
      ['ID', 'KIND', 'DESTINATION', 'PARKED', 'WHY'],
      ...rows.map((row) => [row.id, row.kind, row.destination, row.parked, row.why]),
    ]))
      context.out(line)
  return 0
}

async function parkedMessages(context: CommandContext) {
  try {
    const found = await (await adminClient(context, 'admin_key')).call('GET', '/exports/parked')
    const data = member(found, 'data')
    if (!Array.isArray(data)) return []
    return data.flatMap((each) => {
      const text = (name: string): string => textMember(each, name) ?? ''
      if (text('kind') === 'call') return []
      const [id, kind, destination] = [text('id'), text('kind'), text('destination')]
      return { id, kind, destination, parked: text('parked_at'), why: text('reason') }
    })
  } catch (cause) {
    if (!(cause instanceof AdminError)) throw cause
    context.err(`messages of the bus are not shown: ${cause.message}`)
    return []
  }
}

async function replay(ids: readonly string[], context: CommandContext): Promise<number> {
  try {
    const client = await adminClient(context, 'admin_key')
    const answer = await client.call(
      'POST',
      '/exports/parked/replay',
      ids.length === 0 ? {} : { ids: [...ids] },
    )
    const replayed = numberMember(answer, 'replayed') ?? 0
    context.out(context.json ? JSON.stringify({ replayed }) : `${replayed} replayed`)
    return 0
  } catch (cause) {
    if (!(cause instanceof AdminError)) throw cause
    context.err(cause.message)
    return 1
  }
}

const PARKED_SHOWN_MAX = 200
