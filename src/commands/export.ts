import { NO_POLICIES } from '../base/exchange.ts'
import { newId } from '../base/id.ts'
import { nanos } from '../base/money.ts'
import type { World } from '../base/world.ts'
import { DestinationsError, loadDestinations } from '../exporter/destinations.ts'
import { isForCalls, sinkFor } from '../exporter/sinks/index.ts'
import type { Database } from '../store/database.ts'
import { listParked, unpark } from '../store/outbox.ts'
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
    'sluice export parked           calls that no delivery could be made of, with the reason',
    'sluice export release [ID…]    deliver parked calls again: these, or all',
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

async function showParked(database: Database, context: CommandContext): Promise<number> {
  const rows = await listParked(database, PARKED_SHOWN_MAX)
  if (context.json) context.out(JSON.stringify(rows))
  else if (rows.length === 0) context.out('nothing is parked')
  else
    for (const line of table([
      ['CALL', 'PARKED', 'WHY'],
      ...rows.map((row) => [row.exchangeId, new Date(row.parkedAtMs).toISOString(), row.why]),
    ]))
      context.out(line)
  return 0
}

const PARKED_SHOWN_MAX = 200

/** Looks like any call at the destination, and says by its names that it is none. */
function madeUpCall(world: World) {
  const id = newId(world)
  const now = world.clock.now()
  const nobody = '00000000-0000-7000-8000-000000000000'
  return {
    version: 1,
    opened: {
      id,
      organizationId: nobody,
      workspaceId: nobody,
      keyId: nobody,
      keyShort: 'export-test',
      userId: undefined,
      processId: nobody,
      startedAtMs: now - 1_000,
      provider: 'demo',
      dialect: 'openai.chat',
      operation: 'chat',
      method: 'POST',
      path: '/v1/chat/completions',
      requestModel: 'export/test',
      stream: true,
      traceId: id.replaceAll('-', ''),
      parentSpanId: undefined,
      traceState: undefined,
      sessionId: undefined,
      userAgent: 'sluice export test',
    },
    closed: {
      id,
      endedAtMs: now,
      outcome: 'ok',
      status: 200,
      errorCode: undefined,
      upstreamStatus: 200,
      upstreamRequestId: undefined,
      responseModel: 'export/test',
      responseId: undefined,
      finishReasons: ['stop'],
      usage: { inputTokens: 3, outputTokens: 5 },
      costNanos: nanos(8),
      costBasis: 'measured',
      firstByteMs: 120,
      overheadMs: 2,
      policies: NO_POLICIES,
      findings: [],
    },
  } as const
}
