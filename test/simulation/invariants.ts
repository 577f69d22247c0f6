import { windowStart } from '../../src/base/window.ts'
import type { BookHold, Books } from './books.ts'
import { isAbout } from './books.ts'
import type { City } from './city.ts'

/** Sums by hand, over holds alone: what an account ought to say. */
export function sumsByHand(books: Books, policyId: string, at: number) {
  const sums = { posted: 0n, overage: 0n, pending: 0n, expired: 0n }
  const policy = books.policies.find(({ id }) => id === policyId)
  if (!policy) return sums
  for (const hold of books.holds.values()) {
    if (windowStart('hour', hold.reservedAt) !== windowStart('hour', at)) continue
    if (!isAbout(policy, hold.subject)) continue
    addTo(sums, hold)
  }
  return sums
}

/** Holds under a limit that was already seen: only a new admission may be blamed for passing it. */
const seen = new WeakMap<City, Set<string>>()

/** After every commit: no admission went past a cap that was in force, for any policy that is about it. */
export function checkAlways(city: City): void {
  const { books, time, problems } = city
  if (problems.length > 5) return
  const known = seen.get(city) ?? new Set<string>()
  seen.set(city, known)
  if (known.size === books.holds.size) return
  const admitted = [...books.holds.values()].filter(
    ({ id, state }) => !known.has(id) && state === 'live',
  )
  for (const id of books.holds.keys()) known.add(id)
  for (const policy of books.policies) {
    const [meter] = policy.meters
    if (!meter || !policy.enabled || !admitted.some(({ subject }) => isAbout(policy, subject)))
      continue
    const sums = sumsByHand(books, policy.id, time.wall())
    const used = sums.posted + sums.overage + sums.pending + sums.expired
    if (used > meter.limit)
      problems.push(`I1: ${policy.id} admitted up to ${used} of ${meter.limit} at ${time.now()}`)
  }
}

/** At rest: everything ended once, everything adds up, and the books know at least what providers billed. */
export function checkAtRest(city: City): readonly string[] {
  const { books, truths, problems, time } = city
  const say = (text: string) => void problems.push(text)
  for (const hold of books.holds.values()) {
    if (hold.state === 'live') say(`I3: hold ${hold.id} is still live at rest`)
    const terminal = hold.endings.filter((each) => each !== 'correct').length
    if (hold.endings.length > 1 || terminal > 1)
      say(`I3: hold ${hold.id} ended as ${hold.endings.join(', ')}`)
  }
  for (const [id, { event }] of books.exchanges) {
    if (!event) say(`I2: call ${id} never ended`)
    if (!books.runs.has(id)) say(`I6: call ${id} has no trace`)
    else if (books.runs.get(id)?.closed.outcome !== event?.closed.outcome)
      say(`I6: the trace of ${id} tells another end`)
  }
  if (books.outbox.size > 0) say(`L1: ${books.outbox.size} rows wait in the outbox at rest`)
  for (const truth of truths) {
    const hold = books.holds.get(truth.id)
    const recorded = recordedOf(hold)
    if (recorded < truth.billed) say(`I7: ${truth.id} cost ${truth.billed}, recorded ${recorded}`)
    if (truth.measured && truth.committed && recorded !== truth.billed)
      say(`I7: ${truth.id} was told as ${truth.billed}, recorded ${recorded}`)
    if (!truth.sent && !truth.lost && recorded > 0n)
      say(`I7: ${truth.id} was never sent and costs ${recorded}`)
    const cost = books.exchanges.get(truth.id)?.event?.closed.costNanos ?? 0n
    if (truth.answers.length > 0 && recorded !== cost)
      say(`I7: ${truth.id} shows ${cost}, not ${recorded}`)
    if (!truth.orphaned && truth.answers.length !== 1)
      say(`I5: ${truth.id} was answered ${truth.answers.length} times`)
  }
  for (const policy of books.policies) {
    const [meter] = policy.meters
    const account = books.accounts.get(`${meter?.id}@${windowStart('hour', time.wall())}`)
    const byHand = sumsByHand(books, policy.id, time.wall())
    const used = account ?? { posted: 0n, overage: 0n, pending: 0n, expired: 0n }
    const same =
      used.posted + used.overage === byHand.posted + byHand.overage &&
      used.pending === byHand.pending &&
      used.expired === byHand.expired
    if (account && !same)
      say(`I4: ${policy.id} shows ${text(used)}, its holds add up to ${text(byHand)}`)
  }
  for (const [key, account] of books.accounts)
    if (account.pending !== 0n) say(`I3: account ${key} still shows ${account.pending} pending`)
  return problems
}

function recordedOf(hold: BookHold | undefined): bigint {
  if (!hold) return 0n
  return hold.state === 'expired' ? hold.held : hold.posted
}

function addTo(
  sums: { posted: bigint; overage: bigint; pending: bigint; expired: bigint },
  hold: BookHold,
): void {
  if (hold.state === 'live') sums.pending += hold.held
  else if (hold.state === 'expired') sums.expired += hold.held
  else {
    const overage = hold.posted > hold.held ? hold.posted - hold.held : 0n
    sums.posted += hold.posted - overage
    sums.overage += overage
  }
}

function text(sums: { posted: bigint; overage: bigint; pending: bigint; expired: bigint }): string {
  return `${sums.posted}+${sums.overage} posted, ${sums.pending} pending, ${sums.expired} expired`
}
