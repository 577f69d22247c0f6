import { Failure, type FailureCode } from '../base/failure.ts'
import type { World } from '../base/world.ts'

/** Carries many small writes in one statement: the cost of a commit is shared by all that wait for it. */
export interface GroupCommit<Item, Answer> {
  /** Resolves when the batch that holds `item` is committed. Rejects with the batch's failure. */
  add(item: Item): Promise<Answer>
  /** Items waiting or under way. */
  pending(): number
}

export interface GroupCommitOptions<Item, Answer> {
  readonly world: World
  /**
   * Writes one batch in one transaction and answers each item, in order. Ends by a deadline of its own. May be
   * called again with the same items after a failure, so it must be idempotent.
   */
  readonly commit: (items: readonly Item[]) => Promise<readonly Answer[]>
  /** Items of one batch; the rest form the next. */
  readonly batchMax: number
  /** Items waiting; past this `add` rejects at once. */
  readonly queueMax: number
  /** From `add` to an answer, in milliseconds; past it the item rejects. Undefined: it waits until it is written. */
  readonly deadlineMs?: number
  /** How long a batch waits for company before it starts; undefined: until the end of the turn. Only where nobody waits for the answer. */
  readonly gatherMs?: number
  /** Pause before the nth repetition while the store is away, in milliseconds. Undefined: no repetition. */
  readonly retryMs?: (attempt: number) => number
  /** What a full queue and a missed deadline are called. */
  readonly failure: FailureCode
}

interface Waiting<Item, Answer> {
  readonly item: Item
  readonly untilMs: number
  readonly resolve: (answer: Answer) => void
  readonly reject: (cause: unknown) => void
  settled: boolean
}

/**
 * Exact group commit: a batch starts at the end of the turn of the event loop in which its first item came, and
 * whatever comes while it is under way is the next batch. So one item alone waits for nothing, and a thousand at
 * once cost one commit: the batch grows with the load by itself, without a timer (but where `gatherMs` asks for one).
 */
export function groupCommit<Item, Answer>(
  options: GroupCommitOptions<Item, Answer>,
): GroupCommit<Item, Answer> {
  const { world, failure } = options
  let queue: Waiting<Item, Answer>[] = []
  let underWay: Waiting<Item, Answer>[] = []
  let scheduled = false
  let watching = false

  const flush = async (): Promise<void> => {
    const taken = queue.slice(0, options.batchMax)
    queue = queue.slice(taken.length)
    // Those who gave up while they waited have been told that nothing was written.
    underWay = taken.filter((waiting) => !waiting.settled)
    if (underWay.length > 0) await write(options, underWay)
    underWay = []
    if (queue.length > 0) begin()
    else scheduled = false
  }

  const begin = (): void => {
    if (options.gatherMs === undefined || queue.length >= options.batchMax) setImmediate(flush)
    else world.clock.after(options.gatherMs, flush)
  }

  // One timer for all: every item has the same deadline, so the first in line is always the first to miss it.
  const watch = (): void => {
    const now = world.clock.monotonic()
    for (const waiting of [...underWay, ...queue]) {
      if (waiting.settled) continue
      if (waiting.untilMs > now) {
        world.clock.after(waiting.untilMs - now, watch)
        return
      }
      settle(waiting, () => waiting.reject(new Failure(failure, { inside: 'deadline missed' })))
    }
    watching = false
  }

  return {
    add(item) {
      if (queue.length >= options.queueMax)
        return Promise.reject(new Failure(failure, { inside: 'queue full' }))
      return new Promise<Answer>((resolve, reject) => {
        const { deadlineMs } = options
        const untilMs = world.clock.monotonic() + (deadlineMs ?? Number.POSITIVE_INFINITY)
        queue.push({ item, untilMs, resolve, reject, settled: false })
        if (!scheduled) {
          scheduled = true
          begin()
        }
        if (!watching && deadlineMs !== undefined) {
          watching = true
          world.clock.after(deadlineMs, watch)
        }
      })
    },
    pending: () => queue.length + underWay.length,
  }
}

async function write<Item, Answer>(
  options: GroupCommitOptions<Item, Answer>,
  batch: readonly Waiting<Item, Answer>[],
): Promise<void> {
  const items = batch.map((waiting) => waiting.item)
  for (let attempt = 1; ; attempt++) {
    try {
      const answers = await options.commit(items)
      for (const [index, answer] of answers.entries()) {
        const waiting = batch[index]
        if (waiting) settle(waiting, () => waiting.resolve(answer))
      }
      if (answers.length < batch.length)
        rejectAll(batch, new Failure('internal', { inside: 'the commit gave too few answers' }))
      return
    } catch (cause) {
      const away = cause instanceof Failure
      // Something in one item: the others must not pay for it. The failed transaction wrote none of them.
      if (!away && batch.length > 1) {
        for (const waiting of batch) await write(options, [waiting])
        return
      }
      if (!away || !options.retryMs) return rejectAll(batch, cause)
      const delayMs = options.retryMs(attempt)
      await new Promise<void>((resolve) => options.world.clock.after(delayMs, resolve))
    }
  }
}

function rejectAll<Item, Answer>(batch: readonly Waiting<Item, Answer>[], cause: unknown): void {
  for (const waiting of batch) settle(waiting, () => waiting.reject(cause))
}

function settle<Item, Answer>(waiting: Waiting<Item, Answer>, run: () => void): void {
  if (waiting.settled) return
  waiting.settled = true
  run()
}
