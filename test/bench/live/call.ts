import { PROTOCOLS, type Protocol } from '../../gateway/answer-protocols.ts'
import { startService } from '../../support/service.ts'

/** A fast model's pace. */
export const PACE_MS = 20

/** A delta when the provider wrote it, and the units of text it had written by then. */
export interface Sent {
  readonly atMs: number
  readonly units: number
}

/** What the caller had put together when bytes came. */
export interface Arrival {
  readonly atMs: number
  readonly text: string
}

/** A service with a data policy, before a provider that streams what it is told. */
export type Live = Awaited<ReturnType<typeof openLive>>

/** Starts the service and makes a policy that looks for `detect`. */
export async function openLive(detect: { readonly secrets: true; readonly pii: boolean }) {
  const service = await startService({ body: '' })
  const made = await service.admin('POST', '/platform/gateway-policies', {
    name: 'No secrets',
    policy_type: 'guard',
    subject_matchers: [{ key: 'workspace_id', value: service.first.workspaceId }],
    config: { detect },
  })
  if (made.status !== 201) throw new Error(JSON.stringify(made.body))
  return {
    protocols: PROTOCOLS,
    close: () => service.close(),
    /** One streamed call whose answer is `text`, delta by delta. */
    async call(protocol: Protocol | undefined, text: readonly string[]) {
      if (!protocol) throw new Error('no protocol')
      const sent: Sent[] = []
      const type = protocol.framing === 'sse' ? 'text/event-stream' : 'application/json'
      service.provider.script({
        headers: { 'content-type': type },
        body: paced(protocol, text, sent),
      })
      const [door, method, path] = protocol.route
      const query = protocol.name === 'gemini as sse' ? '?alt=sse' : ''
      const key = service.first.gatewayKey
      const response = await fetch(`${service.url}/${door}${path}${query}`, {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify(protocol.request),
      })
      if (!response.ok || !response.body) throw new Error(await response.text())
      const arrived: Arrival[] = []
      const decoder = new TextDecoder()
      let bytes = ''
      for await (const piece of response.body) {
        bytes += decoder.decode(piece, { stream: true })
        arrived.push({ atMs: performance.now(), text: readSoFar(protocol, bytes) })
      }
      return { sent, arrived }
    },
  }
}

/** The answer's frames, each at its time; notes when those with text were written. */
function paced(protocol: Protocol, text: readonly string[], sent: Sent[]) {
  const whole = protocol.frames(text, ['{}'])
  const frames = whole.split(protocol.framing === 'sse' ? /(?<=\n\n)/ : /(?=\n \{)/)
  let before = ''
  let startedMs = 0
  return frames.flatMap((frame, index) => [
    async () => {
      startedMs ||= performance.now()
      const waitMs = startedMs + index * PACE_MS - performance.now()
      if (waitMs > 0) await Bun.sleep(waitMs)
      before += frame
      const units = readSoFar(protocol, before).length
      if (units > (sent.at(-1)?.units ?? 0)) sent.push({ atMs: performance.now(), units })
    },
    frame,
  ])
}

/** The text in the whole frames of a beginning. */
function readSoFar(protocol: Protocol, bytes: string): string {
  const isSse = protocol.framing === 'sse'
  const end = bytes.lastIndexOf(isSse ? '\n\n' : '\n }')
  if (end === -1) return ''
  return protocol.read(isSse ? bytes.slice(0, end + 2) : `${bytes.slice(0, end + 3)}\n]`).text
}
