import { expect } from 'bun:test'
import { gate, HANG } from '../support/scripted-provider.ts'
import type { Scenario } from './family.ts'
import type { Ask, GeminiSdk } from './gemini-client.ts'
import { at, bigPicture, json, type Rig, streamed } from './rig.ts'
import { geminiEvent, geminiStream, generated } from './script-gemini.ts'

/** One short question. */
export const PING: Ask = { model: 'gemini-2.5-flash', contents: 'ping' }

/** What an application asks of Gemini every day. */
export function geminiGenerate(sdk: GeminiSdk): readonly Scenario[] {
  async function said(rig: Rig, ask: Ask): Promise<string> {
    let text = ''
    for await (const each of await sdk.open(rig).models.generateContentStream(ask))
      text += each.text ?? ''
    return text
  }

  async function text(rig: Rig): Promise<void> {
    rig.answers(json(generated([{ text: 'pong' }], 'STOP')))
    const answer = await sdk.open(rig).models.generateContent(PING)
    expect(answer.text).toBe('pong')
    expect(rig.sent.at(-1)?.headers.get('x-goog-api-key')).toBe(rig.key)
    expect(rig.passed().path).toBe(`/${sdk.api}/models/gemini-2.5-flash:generateContent`)
  }

  /** The provider goes on only when what it said so far has reached the caller. */
  async function stream(rig: Rig): Promise<void> {
    const { promise, open } = gate()
    rig.answers(
      streamed(geminiEvent([{ text: 'po' }]), promise, geminiEvent([{ text: 'ng' }], 'STOP')),
    )
    let heard = ''
    const reading = (async () => {
      for await (const each of await sdk.open(rig).models.generateContentStream(PING))
        heard += each.text ?? ''
    })()
    try {
      await rig.until('the first word alone', () => heard === 'po')
    } finally {
      open()
      await reading
    }
    expect(heard).toBe('pong')
    expect(rig.passed().query).toBe('alt=sse')
  }

  async function parallelTools(rig: Rig): Promise<void> {
    const call = (city: string) => ({ functionCall: { name: 'weather', args: { city } } })
    rig.answers(json(generated([call('Rome'), call('Oslo')], 'STOP')))
    const weather = { name: 'weather', parametersJsonSchema: { type: 'object' } }
    const config = { tools: [{ functionDeclarations: [weather] }] }
    const answer = await sdk.open(rig).models.generateContent({ ...PING, config })
    expect(at(answer, 'candidates', 0, 'content', 'parts')).toMatchObject([
      call('Rome'),
      call('Oslo'),
    ])
    rig.passed()
  }

  /** The signature on a call must go back unchanged: the provider refuses any other. */
  async function thinking(rig: Rig): Promise<void> {
    const thoughtSignature = Buffer.from('signed by the provider '.repeat(30)).toString('base64')
    const functionCall = { name: 'weather', args: { city: 'Rome' } }
    const parts = [
      { text: 'Let me think.', thought: true },
      { functionCall, thoughtSignature },
    ]
    rig.answers([json(generated(parts, 'STOP')), json(generated([{ text: 'sunny' }], 'STOP'))])
    const { models } = sdk.open(rig)
    const config = { thinkingConfig: { includeThoughts: true } }
    const first = await models.generateContent({ ...PING, config })
    const content = at(first, 'candidates', 0, 'content')
    expect(at(content, 'parts', 1, 'thoughtSignature')).toBe(thoughtSignature)
    const response = { name: 'weather', response: { sky: 'clear' } }
    const contents = [
      { role: 'user', parts: [{ text: 'ping' }] },
      content,
      { role: 'user', parts: [{ functionResponse: response }] },
    ]
    expect((await models.generateContent({ ...PING, contents, config })).text).toBe('sunny')
    const back = at(rig.passed().json(), 'contents', 1, 'parts', 1, 'thoughtSignature')
    expect(back).toBe(thoughtSignature)
  }

  async function picture(rig: Rig): Promise<void> {
    rig.answers(geminiStream([{ text: 'a ' }], [{ text: 'cat' }]))
    const inlineData = { mimeType: 'image/png', data: bigPicture() }
    const contents = [{ role: 'user', parts: [{ inlineData }, { text: 'what is this?' }] }]
    expect(await said(rig, { ...PING, contents })).toBe('a cat')
    expect(rig.passed().body.length).toBeGreaterThan(10 * 1024 * 1024)
  }

  async function abort(rig: Rig): Promise<void> {
    rig.answers(streamed(geminiEvent([{ text: 'x' }]), HANG))
    const leaving = new AbortController()
    const reading = (async () => {
      const config = { abortSignal: leaving.signal }
      const events = await sdk.open(rig).models.generateContentStream({ ...PING, config })
      for await (const _ of events) leaving.abort()
    })()
    await reading.catch(() => {})
    expect(leaving.signal.aborted).toBe(true)
    let gone = false
    rig.passed().gone.then(() => {
      gone = true
    })
    await rig.until('the provider to be left', () => gone)
  }

  return [
    { name: 'text', run: text },
    { name: 'stream, event by event', run: stream },
    { name: 'parallel tools', run: parallelTools },
    { name: 'thinking comes back signed', run: thinking },
    { name: 'picture of 10 MB', run: picture },
    { name: 'abort frees the provider', run: abort },
  ]
}
