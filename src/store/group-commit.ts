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
   * Writes one batch in one transaction and answers each item, in order. Ends by a deadline of its own. With `again`
   * an earlier try failed and may have written them all the same, so it must be idempotent.
   */
  readonly commit: (items: readonly Item[], again: boolean) => Promise<readonly Answer[]>
  /** Items of one batch; the rest form the next. */
  readonly batchMax: number
  /** Batches under way at a time, 1 unless told. Only a full batch starts beside another: a small one gains by waiting. */
  readonly batchesMax?: number
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
  /**
   * Told of every item that will not be answered, once, and gives what it is rejected with; without it that is `cause`.
   * `tried` when it was in a batch: it may be written, or be written yet.
   */
  readonly rejection?: (item: Item, cause: unknown, tried: boolean) => unknown
}

interface Waiting<Item, Answer> {
  readonly item: Item
  readonly untilMs: number
  readonly resolve: (answer: Answer) => void
  readonly reject: (cause: unknown) => void
  /** It was in a batch. */
  tried: boolean
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
  const { world, batchMax, batchesMax = 1, deadlineMs } = options
  let queue: Waiting<Item, Answer>[] = []
  const underWay = new Set<readonly Waiting<Item, Answer>[]>()
  /** A flush will come by itself. */
  let scheduled = false
  let watching = false

  const flush = async (): Promise<void> => {
    scheduled = false
    if (queue.length === 0) return
    // Those who gave up while they waited have been told that nothing was written.
    const batch = queue.slice(0, batchMax).filter(isOpen)
    queue = queue.slice(batchMax)
    underWay.add(batch)
    schedule()
    if (batch.length > 0) await write(options, batch, false)
    underWay.delete(batch)
    schedule()
  }

  const schedule = (): void => {
    const isFull = queue.length >= batchMax
    if (scheduled || queue.length === 0 || underWay.size >= (isFull ? batchesMax : 1)) return
    scheduled = true
    if (options.gatherMs === undefined || isFull) setImmediate(flush)
    else world.clock.after(options.gatherMs, flush)
  }

  // One timer for all: every item has the same deadline, so the first in line is always the first to miss it.
  const watch = (): void => {
    const now = world.clock.monotonic()
    for (const waiting of [...[...underWay].flat(), ...queue]) {
      if (waiting.settled) continue
      if (waiting.untilMs > now) {
        world.clock.after(waiting.untilMs - now, watch)
        return
      }
      refuse(options, waiting, new Failure(options.failure, { inside: 'deadline missed' }))
    }
    watching = false
  }

  return {
    add(item) {
      return new Promise<Answer>((resolve, reject) => {
        const untilMs =
          deadlineMs === undefined ? Number.POSITIVE_INFINITY : world.clock.monotonic() + deadlineMs
        const waiting = { item, untilMs, resolve, reject, tried: false, settled: false }
        if (queue.length >= options.queueMax) {
          refuse(options, waiting, new Failure(options.failure, { inside: 'queue full' }))
          return
        }
        queue.push(waiting)
        schedule()
        if (!watching && deadlineMs !== undefined) {
          watching = true
          world.clock.after(deadlineMs, watch)
        }
      })
    },
    pending() {
      let count = queue.length
      for (const batch of underWay) count += batch.length
      return count
    },
  }
}

async function write<Item, Answer>(
  options: GroupCommitOptions<Item, Answer>,
  whole: readonly Waiting<Item, Answer>[],
  triedBefore: boolean,
): Promise<void> {
  let batch = whole
  for (let attempt = 1; batch.length > 0; attempt++) {
    const items = batch.map((waiting) => {
      waiting.tried = true
      return waiting.item
    })
    try {
      answerAll(options, batch, await options.commit(items, triedBefore || attempt > 1))
      return
    } catch (cause) {
      const away = cause instanceof Failure
      // Something in one item: the others must not pay for it. The failed transaction wrote none of them.
      if (!away && batch.length > 1) {
        for (const waiting of batch) if (isOpen(waiting)) await write(options, [waiting], true)
        return
      }
      if (!away || !options.retryMs) {
        for (const waiting of batch) refuse(options, waiting, cause)
        return
      }
      const delayMs = options.retryMs(attempt)
      await new Promise<void>((resolve) => options.world.clock.after(delayMs, resolve))
      // Who gave up meanwhile has been told so: writing it now would only have to be undone.
      batch = batch.filter(isOpen)
    }
  }
}

function answerAll<Item, Answer>(
  options: GroupCommitOptions<Item, Answer>,
  batch: readonly Waiting<Item, Answer>[],
  answers: readonly Answer[],
): void {
  for (const [index, waiting] of batch.entries()) {
    if (index >= answers.length)
      refuse(
        options,
        waiting,
        new Failure('internal', { inside: 'the commit gave too few answers' }),
      )
    else if (isOpen(waiting)) {
      waiting.settled = true
      waiting.resolve(answers[index] as Answer)
    }
  }
}

function refuse<Item, Answer>(
  { rejection }: GroupCommitOptions<Item, Answer>,
  waiting: Waiting<Item, Answer>,
  cause: unknown,
): void {
  if (waiting.settled) return
  waiting.settled = true
  waiting.reject(rejection ? rejection(waiting.item, cause, waiting.tried) : cause)
}

function isOpen(waiting: { readonly settled: boolean }): boolean {
  return !waiting.settled
}
