import { beforeAll, describe, expect, test } from 'bun:test'
import { LIMITS } from '../../src/base/limits.ts'
import { type OutgoingRequest, redactRequest } from '../../src/gateway/redact-request.ts'
import { inScanTurn, LARGE_BODY_UNITS } from '../../src/gateway/scan-turns.ts'
import type { TextAnalyzer } from '../../src/gateway/text-analyzer.ts'
import { builtIn } from '../../src/policies/guard-rules.ts'
import { manualClock, testWorld } from '../support/world.ts'
import { callGuard, MAIL, PLACEHOLDER, readPost, TOKEN } from './guarded.ts'

// Takes seconds on a busy machine; once a process.
beforeAll(() => void builtIn(), 60_000)

const GUARD = { detect: { secrets: true, pii: true }, timeout_seconds: 30 }
/** What one piece of a long text is made of; the texts below are cut somewhere inside each. */
const LINE = 'if (left === "right\\n") return path /* d\u00e9j\u00e0 vu \u{1f642} */\n\t'

/** The request for a body as it leaves. */
async function sent(
  body: object,
  analyzer?: TextAnalyzer,
  text = JSON.stringify(body),
): Promise<OutgoingRequest> {
  const { dialect, read } = readPost('openai', '/v1/chat/completions', text)
  const parts = { clock: testWorld().clock, analyzer }
  return redactRequest(read, 'POST', dialect, callGuard(GUARD), parts)
}

const tool = (content: string) => ({ model: 'm', messages: [{ role: 'tool', content }] })
const long = (units: number) => LINE.repeat(Math.ceil(units / LINE.length))

describe('a long string of a request', () => {
  test('loses what is found wherever it stands, and nothing else, byte for byte', async () => {
    let content = ''
    // Their distances leave every remainder of the pieces' size.
    for (let index = 0; index < 60; index++)
      content += `${long(3_000 + 37 * index)} ${index % 2 ? TOKEN : MAIL} `
    for (const escaped of [false, true]) {
      const plain = JSON.stringify(tool(content))
      const text = escaped ? plain.replace(/[\u0080-\uffff]/g, hex) : plain
      const { text: out = '' } = await sent({}, undefined, text)
      expect(out).not.toContain(TOKEN)
      expect(out.match(PLACEHOLDER)).toHaveLength(60)
      expect(out.replace(PLACEHOLDER, '*')).toBe(text.replaceAll(TOKEN, '*').replaceAll(MAIL, '*'))
    }
  })

  test('is looked at with the name it stands under', async () => {
    const input = {
      db_password: ['tr0ub', '4dor&', 'Zx9'].join(''),
      note: `${long(50_000)}${TOKEN}`,
    }
    const call = { type: 'function', function: { name: 'f', arguments: JSON.stringify(input) } }
    const { text } = await sent({ messages: [{ role: 'assistant', tool_calls: [call] }] })
    const left = JSON.parse(JSON.parse(text ?? '').messages[0].tool_calls[0].function.arguments)
    expect(left.db_password).toMatch(PLACEHOLDER)
    expect(left.note).toBe(input.note.replace(TOKEN, left.note.match(PLACEHOLDER)[0]))
  })

  test('goes to an analyzer in batches, and comes back whole with what it found hidden', async () => {
    const asked: string[] = []
    const analyzer: TextAnalyzer = {
      async analyze(text) {
        asked.push(text)
        const at = text.indexOf('Vxo Pqrst')
        return at < 0 ? [] : [{ start: at, end: at + 9, entity: 'PERSON' }]
      },
    }
    const content = `${long(150_000)} ask Vxo Pqrst ${TOKEN}\n${long(100_000)} Vxo Pqrst\n${long(9_000)}`
    const { text = '' } = await sent(tool(content), analyzer)
    expect(Math.max(...asked.map(({ length }) => length))).toBeLessThanOrEqual(64 * 1024)
    expect(asked.join('')).not.toContain(TOKEN)
    const out: string = JSON.parse(text).messages[0].content
    expect(out.replace(PLACEHOLDER, '*')).toBe(
      content.replaceAll('Vxo Pqrst', '*').replaceAll(TOKEN, '*'),
    )
  })

  test('lets others have their turn every some ten thousand units', async () => {
    const content = `${long(4_000_000)} ${TOKEN}`
    let turns = 0
    let watched = true
    const watch = (): void => {
      turns++
      if (watched) setImmediate(watch)
    }
    setImmediate(watch)
    await sent(tool(content))
    watched = false
    expect(turns).toBeGreaterThan(content.length / (128 * 1024))
  })

  test('is not copied for each of its steps', async () => {
    // In a process of its own: what others left behind would be counted.
    const child = Bun.spawn(['bun', `${import.meta.dir}/large-request-peak.ts`], { stdout: 'pipe' })
    const { grown, body } = JSON.parse(await new Response(child.stdout).text())
    // Beside the body and its text: what leaves, as text and as bytes, and what a collector lets lie.
    expect(grown / body).toBeLessThan(12)
  })
})

function hex(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

describe('large scans', () => {
  const clock = manualClock()
  /** Scans that end when told; `order` says which have begun. */
  function scans(order: number[]) {
    const ends: (() => void)[] = []
    return {
      begin: (index: number, units = LARGE_BODY_UNITS) =>
        inScanTurn(units, clock, () => {
          order.push(index)
          return new Promise<void>((resolve) => {
            ends[index] = resolve
          })
        }),
      end: (index: number) => ends[index]?.(),
    }
  }
  const soon = () => new Promise<void>((resolve) => setImmediate(resolve))

  test('wait for each other in order, small ones do not wait', async () => {
    const order: number[] = []
    const { begin, end } = scans(order)
    const most = LIMITS.largeScansAtOnceMax
    const all = Array.from({ length: most + 2 }, (_, index) => begin(index))
    const small = begin(most + 2, LARGE_BODY_UNITS - 1)
    await soon()
    expect(order).toEqual([...Array.from({ length: most }, (_, index) => index), most + 2])
    for (let index = 0; index < most + 3; index++) {
      end(index)
      await soon()
    }
    await Promise.all([...all, small])
    expect(order.slice(-2)).toEqual([most, most + 1])
  })

  test('are refused when too many wait or one waits too long, and their places are free again', async () => {
    const order: number[] = []
    const { begin, end } = scans(order)
    const running = Array.from({ length: LIMITS.largeScansAtOnceMax }, (_, index) => begin(index))
    const late = Promise.allSettled(
      Array.from({ length: LIMITS.largeScansWaitingMax }, () => begin(99)),
    )
    await expect(begin(99)).rejects.toMatchObject({ code: 'overloaded' })
    clock.advance(LIMITS.largeScanWaitMs)
    const refused = { status: 'rejected', reason: { code: 'overloaded' } }
    for (const each of await late) expect(each).toMatchObject(refused)
    for (const index of running.keys()) end(index)
    await Promise.all(running)
    const again = begin(7)
    end(7)
    await again
    expect(order).not.toContain(99)
  })
})
