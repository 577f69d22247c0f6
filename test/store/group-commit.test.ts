import { describe, expect, test } from 'bun:test'
import { Failure } from '../../src/base/failure.ts'
import { type GroupCommitOptions, groupCommit } from '../../src/store/group-commit.ts'
import { manualClock, testWorld, until } from '../support/world.ts'

/** A commit that ends when it is told to. */
function heldCommit() {
  const batches: { items: readonly number[]; finish: () => void; fail: (cause: Error) => void }[] =
    []
  const commit = (items: readonly number[]): Promise<readonly number[]> =>
    new Promise((resolve, reject) => {
      const finish = (): void => resolve(items.map((item) => item * 10))
      batches.push({ items, finish, fail: reject })
    })
  return { batches, commit }
}

function options(
  parts: Partial<GroupCommitOptions<number, number>>,
): GroupCommitOptions<number, number> {
  const failure = 'store_unavailable'
  const commit = async () => []
  return { world: testWorld(), commit, batchMax: 100, queueMax: 1_000, failure, ...parts }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('group commit', () => {
  test('what comes in one turn is one batch, and what comes meanwhile is the next', async () => {
    const { batches, commit } = heldCommit()
    const group = groupCommit(options({ commit }))
    const answers = [group.add(1), group.add(2)]
    await turn()
    answers.push(group.add(3), group.add(4))
    await turn()
    expect(batches.map((batch) => batch.items)).toEqual([[1, 2]])
    batches[0]?.finish()
    expect(await Promise.all(answers.slice(0, 2))).toEqual([10, 20])
    await until('the second batch', () => batches.length === 2)
    batches[1]?.finish()
    expect(await Promise.all(answers)).toEqual([10, 20, 30, 40])
    expect(batches[1]?.items).toEqual([3, 4])
    expect(group.pending()).toBe(0)
  })

  test('no batch is larger than its bound', async () => {
    const sizes: number[] = []
    const commit = async (items: readonly number[]) => {
      sizes.push(items.length)
      return items
    }
    const group = groupCommit(options({ commit, batchMax: 3 }))
    await Promise.all(Array.from({ length: 8 }, (_, index) => group.add(index)))
    expect(sizes).toEqual([3, 3, 2])
  })

  test('a full batch starts beside the one under way, a smaller one waits', async () => {
    const { batches, commit } = heldCommit()
    const group = groupCommit(options({ commit, batchMax: 2, batchesMax: 2 }))
    const answers = [1, 2, 3, 4, 5, 6, 7].map((item) => group.add(item))
    await until('two batches', () => batches.length === 2)
    await turn()
    expect(batches.map(({ items }) => items)).toEqual([
      [1, 2],
      [3, 4],
    ])
    batches[1]?.finish()
    await until('a full third', () => batches.length === 3)
    batches[0]?.finish()
    await turn()
    expect(group.pending()).toBe(3)
    expect(batches).toBeArrayOfSize(3)
    batches[2]?.finish()
    await until('the rest', () => batches.length === 4)
    batches[3]?.finish()
    expect(await Promise.all(answers)).toEqual([10, 20, 30, 40, 50, 60, 70])
  })

  test('who gave up while the store was away is told so once, and not written by the next try', async () => {
    const clock = manualClock()
    const tries: { items: readonly number[]; again: boolean }[] = []
    const commit = async (items: readonly number[], again: boolean) => {
      tries.push({ items, again })
      if (tries.length === 1) throw new Failure('store_unavailable')
      return items
    }
    const told: unknown[] = []
    const rejection = (item: number, _: unknown, tried: boolean) => {
      told.push([item, tried])
      return 'gave up'
    }
    const group = groupCommit(
      options({
        commit,
        rejection,
        batchMax: 1,
        queueMax: 2,
        deadlineMs: 1_000,
        retryMs: () => 1_500,
        world: testWorld({ clock }),
      }),
    )
    const first = group.add(1).catch((cause: unknown) => cause)
    await until('a try', () => tries.length === 1)
    clock.advance(900)
    const second = group.add(2)
    clock.advance(100)
    expect(await first).toBe('gave up')
    clock.advance(500)
    expect(await second).toBe(2)
    expect(told).toEqual([[1, true]])
    expect(tries).toEqual([
      { items: [1], again: false },
      { items: [2], again: false },
    ])
  })

  test('past the bound of the queue an item is refused at once', async () => {
    const { batches, commit } = heldCommit()
    const group = groupCommit(options({ commit, queueMax: 2 }))
    const waiting = [group.add(1), group.add(2)]
    expect(await group.add(3).catch((cause: unknown) => cause)).toBeInstanceOf(Failure)
    await until('a batch', () => batches.length === 1)
    batches[0]?.finish()
    await Promise.all(waiting)
  })

  test('an item that missed its deadline in the queue is refused and never written', async () => {
    const { batches, commit } = heldCommit()
    const clock = manualClock()
    const group = groupCommit(options({ commit, deadlineMs: 1_000, world: testWorld({ clock }) }))
    const first = group.add(1).catch((cause: unknown) => cause)
    await turn()
    clock.advance(500)
    const second = group.add(2).catch((cause: unknown) => cause)
    clock.advance(500)
    expect(await first).toMatchObject({ code: 'store_unavailable' })
    clock.advance(500)
    expect(await second).toMatchObject({ code: 'store_unavailable' })
    expect(clock.waiting()).toBe(0)
    batches[0]?.finish()
    await until('it is idle', () => group.pending() === 0)
    expect(batches.map((batch) => batch.items)).toEqual([[1]])
  })

  test('while the store is away a batch is tried again until it is written', async () => {
    let tries = 0
    const commit = async (items: readonly number[]) => {
      if (++tries < 4) throw new Failure('store_unavailable')
      return items
    }
    const group = groupCommit(options({ commit, retryMs: () => 1 }))
    expect(await group.add(7)).toBe(7)
    expect(tries).toBe(4)
  })

  test('one broken item fails alone', async () => {
    const commit = async (items: readonly number[]) => {
      if (items.includes(13)) throw new Error('unlucky')
      return items
    }
    const group = groupCommit(options({ commit, retryMs: () => 1 }))
    const outcomes = await Promise.allSettled([1, 13, 3].map((item) => group.add(item)))
    expect(outcomes.map((each) => each.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })
})
