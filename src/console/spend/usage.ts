import { api, ask, organizationApi } from '../client.ts'

/** How spend is told apart, and the member of an answer's rows that names each part. */
export const DIMENSIONS = [
  { id: 'workspace', label: 'Workspace', field: 'workspace_id' },
  { id: 'api_key', label: 'Key', field: 'api_key_id' },
  { id: 'user', label: 'Member', field: 'user_id' },
  { id: 'model', label: 'Model', field: 'model' },
  { id: 'provider', label: 'Provider', field: 'provider' },
] as const

export type Dimension = (typeof DIMENSIONS)[number]

/** A part of the spend that the page is narrowed to: dimension → value. */
export type Narrowed = Readonly<Partial<Record<Dimension['id'], string>>>

/** What is asked of the usage. */
export interface Asked {
  readonly by: Dimension
  readonly narrowed: Narrowed
  /** False: everything of the organisation. */
  readonly ownWorkspace: boolean
  readonly fromMs: number
  readonly toMs: number
}

type Bucket = 'hour' | 'day' | 'week' | 'month'

/** The most rows of one answer: beyond it the rest is missing. */
const ROWS_MAX = 10_000

async function sums(asked: Asked, bucket: Bucket | undefined) {
  const { by, narrowed, ownWorkspace, fromMs, toMs } = asked
  const groups = [...new Set([by.id, ...Object.keys(narrowed)])]
  const query = {
    group_by: groups.join(','),
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    ...(bucket === undefined ? {} : { bucket }),
  }
  const found = await ask((ownWorkspace ? api : organizationApi).usage.get({ query }))
  return {
    isComplete: found.data.length < ROWS_MAX,
    rows: found.data.filter((row) =>
      DIMENSIONS.every(
        ({ id, field }) => narrowed[id] === undefined || Reflect.get(row, field) === narrowed[id],
      ),
    ),
  }
}

/** One part of the spend. */
export interface Part {
  /** The id or name of the part; empty when the calls named none. */
  readonly id: string
  readonly cost: bigint
  readonly measured: bigint
  readonly requests: number
  readonly tokens: number
  readonly unpriced: number
}

/** Each part with its whole sum, dearest first. Rejects with a `Problem`. */
export async function spendByPart(asked: Asked) {
  const { rows, isComplete } = await sums(asked, undefined)
  const parts = new Map<string, Part>()
  for (const row of rows) {
    const id = String(Reflect.get(row, asked.by.field) ?? '')
    const old = parts.get(id)
    parts.set(id, {
      id,
      cost: (old?.cost ?? 0n) + BigInt(row.cost_nanos),
      measured: (old?.measured ?? 0n) + BigInt(row.measured_nanos),
      requests: (old?.requests ?? 0) + row.requests,
      tokens: (old?.tokens ?? 0) + row.tokens,
      unpriced: (old?.unpriced ?? 0) + row.unpriced_requests,
    })
  }
  return { isComplete, parts: [...parts.values()].sort(dearestFirst) }
}

function dearestFirst(left: Part, right: Part): number {
  return left.cost === right.cost ? right.requests - left.requests : left.cost < right.cost ? 1 : -1
}

/** Nanodollars by bucket's start in epoch milliseconds and by part. Rejects with a `Problem`. */
export async function spendOverTime(asked: Asked, bucket: Bucket) {
  const { rows, isComplete } = await sums(asked, bucket)
  const times = new Map<number, Map<string, bigint>>()
  for (const row of rows) {
    const at = Date.parse(row.bucket ?? '')
    const id = String(Reflect.get(row, asked.by.field) ?? '')
    const parts = times.get(at) ?? new Map<string, bigint>()
    parts.set(id, (parts.get(id) ?? 0n) + BigInt(row.cost_nanos))
    times.set(at, parts)
  }
  return { isComplete, times }
}

/** What {@link spendOverTime} gives. */
export type OverTime = Awaited<ReturnType<typeof spendOverTime>>
