import { dialectFor } from '../../../src/dialects/index.ts'
import { openFilterPipe } from '../../../src/gateway/filter-pipe.ts'
import { chained } from '../../../src/redaction/allowed.ts'
import type { Compiled } from '../../../src/redaction/automaton/compile.ts'
import { redactor } from '../../../src/redaction/redact.ts'
import { restorer } from '../../../src/redaction/restore.ts'
import { vault } from '../../../src/redaction/vault.ts'
import type { TextFilter } from '../../../src/stream/filter.ts'
import { fastest } from './measure.ts'
import { PLAIN } from './texts.ts'

/** Events of a streamed answer. */
const EVENTS = 20_000
/** Units of text in an event: a token. */
const DELTA_UNITS = 4

const request = { model: 'm', stream: true, messages: [] }
const prose = PLAIN.prose ?? ''
const encoder = new TextEncoder()
const events = Array.from({ length: EVENTS }, (_, index) =>
  encoder.encode(
    `data: ${JSON.stringify({
      id: 'chatcmpl-bench',
      object: 'chat.completion.chunk',
      created: 1_790_000_000,
      model: 'm',
      choices: [
        {
          index: 0,
          delta: { content: prose.slice(index * DELTA_UNITS, (index + 1) * DELTA_UNITS) },
          finish_reason: null,
        },
      ],
    })}\n\n`,
  ),
)

const UNTOUCHED: TextFilter = { push: (text) => text, end: () => '', held: () => 0 }

/** What a whole SSE event of a streamed chat costs on the response side, with the filters of a call and without them. */
export function measureEvents(name: string, compiled: Compiled): void {
  const key = new Uint8Array(32)
  const guarded = microseconds(() => {
    const hide = redactor(compiled, () => 'replace', vault({ key, scope: 'answer' }))
    return chained(hide, restorer(vault({ key, scope: 'request' })))
  })
  const bare = microseconds(() => UNTOUCHED)
  console.log(
    `${name}, whole SSE events of ${DELTA_UNITS} units: ${guarded.toFixed(2)} µs each, ` +
      `of which ${bare.toFixed(2)} µs for reading and writing the event`,
  )
}

function microseconds(openFilter: () => TextFilter): number {
  const spoken = dialectFor('openai', 'POST', '/v1/chat/completions', new URLSearchParams())
  if (!spoken) throw new Error('no such dialect')
  const time = fastest(4, () => {
    const reader = spoken.dialect.openAnswer(
      spoken.dialect.readAsk(request as never, '/v1/chat/completions', new URLSearchParams()),
    )
    let bytes = 0
    const pipe = openFilterPipe('sse', reader, { openFilter, check: () => undefined }, (out) => {
      bytes += out.length
    })
    for (const event of events) pipe.push(event)
    pipe.end()
    if (bytes === 0) throw new Error('nothing came out')
  })
  return (1000 * time) / EVENTS
}
