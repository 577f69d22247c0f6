import type { Leg, NoRoom, Reservation, ReserveAnswer, Rooms } from '../policies/ledger-port.ts'
import { callColumns } from './ledger-calls.ts'
import type { Children } from './ledger-children.ts'
import { arrayText } from './ledger-text.ts'

/** A batch of reservations as `ledger_reserve` (migration 0027) takes it. */
export interface ReserveBatch {
  /** The parameters after `p_again`, in order. */
  readonly values: readonly (string | number)[]
  /** The distinct meters, ascending; the answer's sums are in this order. */
  readonly meters: readonly number[]
}

/** What a statement made of these facts has in common, as columns of array text. */
interface Groups {
  readonly orgs: number[]
  readonly versions: number[]
  readonly subjects: number[]
  readonly from: number[]
  readonly to: number[]
  readonly meters: number[]
}

interface LegSums {
  readonly legs: readonly Leg[]
  /** Group number by organisation, version and subject. */
  readonly groups: Map<string, number>
  nanos: bigint
  tokens: number
  requests: number
  concurrency: number
}

/**
 * Writes a batch down: what its reservations share (organisation, policy version, subject, meters) once per group, and for
 * each only its id, its group and its amounts. `subjects` are their subjects' ids.
 */
export function reserveBatch(
  batch: readonly Reservation[],
  subjects: readonly number[],
  children: Children,
): ReserveBatch {
  const orgs = [...new Set(batch.map(({ subject }) => subject.organizationId))].sort()
  const columns: Groups = { orgs: [], versions: [], subjects: [], from: [], to: [], meters: [] }
  const byLegs = new Map<readonly Leg[], LegSums>()
  const places = batch.map((each, index) => {
    const legs = each.fresh.length === 0 ? each.legs : [...each.legs, ...children.legsOf(each)]
    const sums = byLegs.get(legs) ?? newSums(legs, byLegs)
    sums.nanos += each.nanos
    sums.tokens += each.tokens
    sums.requests++
    sums.concurrency++
    const version = children.isGone(each) ? -1 : each.policyVersion
    const subject = subjects[index] ?? 0
    const key = `${version}/${subject}`
    return (
      sums.groups.get(key) ??
      addGroup(columns, sums, key, orgs.indexOf(each.subject.organizationId) + 1, version, subject)
    )
  })
  const meters = [...sumsByMeter(byLegs)].sort(([a], [b]) => a - b)
  const exchanges = batch.flatMap(({ exchange }) => (exchange ? [exchange] : []))
  return {
    meters: meters.map(([id]) => id),
    values: [
      batch[0]?.processId ?? '',
      batch[0]?.ttlMs ?? 0,
      arrayText(orgs),
      arrayText(orgs.map((_, index) => versionOf(columns, index + 1))),
      arrayText(meters.map(([id]) => id)),
      arrayText(meters.map(([, sum]) => sum)),
      arrayText(columns.orgs),
      arrayText(columns.versions),
      arrayText(columns.subjects),
      arrayText(columns.from),
      arrayText(columns.to),
      arrayText(columns.meters),
      arrayText(batch.map(({ id }) => id)),
      arrayText(places),
      arrayText(batch.map(({ nanos }) => nanos)),
      arrayText(batch.map(({ tokens }) => tokens)),
      ...callColumns(exchanges),
    ],
  }
}

function newSums(legs: readonly Leg[], byLegs: Map<readonly Leg[], LegSums>): LegSums {
  const sums = { legs, groups: new Map(), nanos: 0n, tokens: 0, requests: 0, concurrency: 0 }
  byLegs.set(legs, sums)
  return sums
}

function addGroup(
  columns: Groups,
  { legs, groups }: LegSums,
  key: string,
  org: number,
  version: number,
  subject: number,
): number {
  columns.orgs.push(org)
  columns.versions.push(version)
  columns.subjects.push(subject)
  columns.from.push(columns.meters.length + 1)
  columns.meters.push(...legs.map(({ meter }) => meter).sort(ascending))
  columns.to.push(columns.meters.length)
  groups.set(key, columns.orgs.length)
  return columns.orgs.length
}

/**
 * The batch's sum for each meter. Reservations decided alike share one list of legs, so that a thousand of them cost a
 * thousand additions and not four thousand.
 */
function sumsByMeter(byLegs: ReadonlyMap<readonly Leg[], LegSums>): Map<number, bigint> {
  const meters = new Map<number, bigint>()
  for (const sums of byLegs.values())
    for (const { meter, metric } of sums.legs)
      meters.set(meter, (meters.get(meter) ?? 0n) + BigInt(sums[metric]))
  return meters
}

/** The version that all reservations of an organisation were decided with; -1, which is never right, when they differ. */
function versionOf({ orgs, versions }: Groups, org: number): number {
  let version: number | undefined
  for (const [index, each] of orgs.entries())
    if (each === org) {
      if (version !== undefined && version !== versions[index]) return -1
      version = versions[index]
    }
  return version ?? -1
}

function ascending(a: number, b: number): number {
  return a - b
}

/** The head of an answer: now in ms, and how many meters, stale and ended reservations there are. */
const HEAD = 4

/** Answers each of `count` reservations by what `ledger_reserve` says of those that are not held. */
export function readReserved(
  count: number,
  meters: readonly number[],
  answer: readonly bigint[],
): readonly ReserveAnswer[] {
  const stale = HEAD + 3 * meters.length
  const ended = stale + Number(answer[2])
  const refused = ended + Number(answer[3])
  const held: ReserveAnswer = { kind: 'held', rooms: roomsOf(meters, answer) }
  const answers = new Array<ReserveAnswer>(count).fill(held)
  for (const index of answer.slice(stale, ended)) answers[Number(index)] = { kind: 'stale' }
  for (const index of answer.slice(ended, refused)) answers[Number(index)] = { kind: 'ended' }
  for (const [index, noRoom] of readRefusals(answer.slice(refused), Number(answer[0])))
    answers[index] = { kind: 'refused', noRoom }
  return answers
}

/** How the batch's meters stand; looked for when somebody asks first. */
function roomsOf(meters: readonly number[], answer: readonly bigint[]): Rooms {
  let places: ReadonlyMap<number, number> | undefined
  return {
    nowMs: Number(answer[0]),
    of(meter) {
      places ??= new Map(meters.map((id, index) => [id, HEAD + index]))
      const at = places.get(meter)
      const limit = at === undefined ? undefined : answer[at]
      // -1 stands for none.
      if (at === undefined || limit === undefined || limit < 0n) return undefined
      return {
        limit,
        spent: answer[at + meters.length] ?? 0n,
        held: answer[at + 2 * meters.length] ?? 0n,
      }
    },
  }
}

const NUMBERS_PER_REFUSAL = 6

/** The refusing meters of each refused item, by its index: hold, meter, limit, spent, held, end in ms, repeated. */
export function readRefusals(
  flat: readonly bigint[],
  nowMs: number,
): ReadonlyMap<number, readonly NoRoom[]> {
  const found = new Map<number, NoRoom[]>()
  for (let at = 0; at + NUMBERS_PER_REFUSAL <= flat.length; at += NUMBERS_PER_REFUSAL) {
    const [index = 0n, meter = 0n, limit = 0n, spent = 0n, held = 0n, ends = 0n] = flat.slice(
      at,
      at + NUMBERS_PER_REFUSAL,
    )
    const noRoom = { meter: Number(meter), limit, spent, held, resetsAtMs: Number(ends), nowMs }
    const list = found.get(Number(index))
    if (list) list.push(noRoom)
    else found.set(Number(index), [noRoom])
  }
  return found
}
