import { beforeAll, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { builtIn } from '../../src/policies/guard-rules.ts'
import { callGuard, MAIL, PLACEHOLDER, TOKEN } from './guarded.ts'
import { chunk, END, type ROUTES, SECRETS, streamed } from './guarded-answers.ts'

// Takes seconds on a busy machine; once a process.
beforeAll(() => void builtIn(), 60_000)

describe('names that stand in every frame', () => {
  const choices = [{ index: 0, delta: { content: 'Well. ' } }]
  const frame = (names: object) => `data: ${JSON.stringify({ id: 'c', ...names, choices })}\n\n`
  /** A guard that counts the filters it opens. */
  function counting() {
    const guard = callGuard(SECRETS)
    const opened = { filters: 0 }
    const openFilter: typeof guard.openFilter = (kind) => {
      opened.filters++
      return guard.openFilter(kind)
    }
    return { guard: { ...guard, openFilter }, opened }
  }

  test('are read once an answer when they hold nothing', () => {
    const { guard, opened } = counting()
    const bytes = frame({ x_groq: null, created_by: 1 }).repeat(50) + END
    expect(streamed('chat', bytes, guard)).toContain('x_groq')
    // Both names, the text, and what the last frames hold.
    expect(opened.filters).toBeLessThan(6)
  })

  test('are hidden in each of them when they hold something, whatever else came', () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`n_${index}`, 1]))
    const bytes = frame(many) + frame({ [TOKEN]: 1 }).repeat(3) + END
    const out = streamed('chat', bytes)
    expect(out).not.toContain(TOKEN)
    expect(out.match(PLACEHOLDER)).toHaveLength(3)
    expect(out.replaceAll(PLACEHOLDER, TOKEN)).toBe(bytes)
  })
})

describe("a frame of the gateway's own", () => {
  const HELD = 'mail jo@exam'
  const more = { note: TOKEN, message: TOKEN, list: [MAIL], holder: { of: TOKEN }, [TOKEN]: 1 }
  const place = { item_id: 'msg_1', output_index: 0, content_index: 0, sequence_number: 7 }
  test.each<[keyof typeof ROUTES, object, object]>([
    [
      'chat',
      { id: 'c', object: 'chat.completion.chunk', created: 5, model: 'm', service_tier: 'default' },
      { choices: [{ index: 0, delta: { content: HELD } }] },
    ],
    [
      'completions',
      { id: 'c', object: 'text_completion', created: 5, model: 'm' },
      { choices: [{ index: 0, text: HELD }] },
    ],
    ['responses', { type: 'response.output_text.delta', ...place }, { delta: HELD }],
    [
      'messages',
      { type: 'content_block_delta', index: 0 },
      { delta: { type: 'text_delta', text: HELD } },
    ],
    [
      'gemini stream',
      { modelVersion: 'm', responseId: 'r' },
      { candidates: [{ index: 0, content: { parts: [{ text: HELD }] } }] },
    ],
  ])('in %s repeats of the frame before only what says whose it is', (route, envelope, said) => {
    const bytes = `data: ${JSON.stringify({ ...envelope, ...said, ...more })}\n\n`
    const out = streamed(route, bytes)
    const frames = [...out.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data))
    expect(frames).toHaveLength(2)
    expect(JSON.stringify(frames[1])).toContain('jo@exam')
    expect(frames[1]).toMatchObject(envelope)
    expect(out).not.toContain(TOKEN)
    expect(out).not.toContain(MAIL)
  })
})

describe('a frame beside its data', () => {
  test.each([
    ['a comment', `: see ${TOKEN}\n\n`],
    ['a comment in front of data', `: see ${TOKEN}\n${chunk({ content: 'All well. ' })}`],
    ['an id', `id: ${TOKEN}\n${chunk({ content: 'All well. ' })}`],
    ["an event's name", `event: ${TOKEN}\n${chunk({ content: 'All well. ' })}`],
    ['a comment behind data', `${chunk({ content: 'All well. ' }).trimEnd()}\n: ${TOKEN}\n\n`],
    ['a line that means nothing', `${TOKEN}\r\n${chunk({ content: 'All well. ' })}`],
    ['a comment in front of a mark', `\ufeff: ${TOKEN}\n\n`],
  ])('%s is filtered, and nothing else changes', (_, frames) => {
    const bytes = frames + END
    const out = streamed('chat', bytes)
    expect(out.match(PLACEHOLDER)).toHaveLength(1)
    expect(out.replace(PLACEHOLDER, TOKEN)).toBe(bytes)
  })

  test('leaves the same however its bytes are cut', () => {
    const line = fc.constantFrom(
      ...[`: see ${TOKEN}`, `id: ${MAIL}`, `event: ${TOKEN}`, `${TOKEN} \u00e9`, ': ping', 'id: 7'],
      ...['event: message', 'retry: 5', ':', `data: "${TOKEN}"`, `data:{"${TOKEN}":1}`],
    )
    const frame = fc.tuple(fc.array(line, { maxLength: 3 }), fc.boolean())
    fc.assert(
      fc.property(
        fc.array(frame, { minLength: 1, maxLength: 4 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.array(fc.nat(), { minLength: 1, maxLength: 8 }),
        (frames, end, cuts) => {
          const said = frames.map(([lines, speaks]) =>
            [...lines, ...(speaks ? [chunk({ content: 'Well. ' }).trimEnd()] : []), '', ''].join(
              end,
            ),
          )
          const bytes = Buffer.from(`\ufeff${said.join('')}${END.replaceAll('\n', end)}`)
          const whole = streamed('chat', bytes)
          expect(streamed('chat', bytes, callGuard(SECRETS), cuts)).toBe(whole)
          const each = Array.from(bytes, (_, index) => index)
          expect(streamed('chat', bytes, callGuard(SECRETS), each)).toBe(whole)
          expect(whole).not.toContain(TOKEN)
          expect(whole).not.toContain(MAIL)
        },
      ),
      { numRuns: 60 },
    )
  })

  test("gets a value of several lines back as one line, so that the stream's lines stay its own", () => {
    const guard = callGuard({ custom: [{ id: 'code', words: ['two\n\ndata: [DONE]\rlines'] }] })
    const filter = guard.openRequest()
    const [own = ''] =
      (filter.push('two\n\ndata: [DONE]\rlines ') + filter.end()).match(PLACEHOLDER) ?? []
    const out = streamed('chat', `: ${own}\n${chunk({ content: 'Well. ' })}${END}`, guard)
    expect(out).toBe(`: two data: [DONE] lines\n${chunk({ content: 'Well. ' })}${END}`)
  })

  test('is none of it behind a byte order mark: data is data there too', () => {
    const guard = callGuard({ custom: [{ id: 'code', words: ['Blue "Heron"'] }] })
    const filter = guard.openRequest()
    const [own = ''] = (filter.push('Blue "Heron" ') + filter.end()).match(PLACEHOLDER) ?? []
    const bytes = chunk({ content: `${own}. ` }) + END
    const out = streamed('chat', `\ufeff${bytes}`, guard)
    expect(out).toBe(`\ufeff${streamed('chat', bytes, guard)}`)
    expect(out).toContain(JSON.stringify('Blue "Heron". '))
  })

  test('stays byte for byte when it holds nothing', () => {
    const bytes = `\ufeff: ping\n\nretry: 5\nid: 7\nevent: message\ndata:${chunk({ content: 'All well. ' }).slice(6)}${END}`
    expect(streamed('chat', bytes)).toBe(bytes)
  })

  test('ends the answer when a policy blocks', () => {
    const guard = callGuard({ ...SECRETS, operator: 'block' })
    expect(() => streamed('chat', `: ${TOKEN}\n\n`, guard)).toThrow()
  })
})
