import { compileShape, type Shape } from '../automaton/shape.ts'
import type { LabelDetector, Reader } from '../detector.ts'

/** A part of a record whose neighbour is the secret: name of the part, its value, what must follow. */
function part(id: string, words: string, value: string, behind: readonly string[]): LabelDetector {
  const shape: Shape = compileShape(value)
  return {
    type: 'label',
    id,
    kind: 'secret',
    entity: id.toUpperCase().replaceAll('-', '_'),
    words: words.split(' '),
    whole: false,
    locate: (text, position) => (shape.begins[text.at(position)] === 1 ? position : undefined),
    judge(text, position) {
      const length = shape.longest((index) => text.at(position + index))
      if (length < 0) return undefined
      const end = position + length
      return behind.some((each) => says(text, end, each)) ? { start: position, end } : undefined
    },
    cases: {
      hits: () => {
        const [word, next] = [words.split(' ')[0] ?? '', behind[0] ?? '']
        const [sample] = SAMPLES.filter(
          (each) => shape.longest((at) => each.charCodeAt(at)) === each.length,
        )
        if (sample === undefined) return []
        return [[`${word}${sample}${next}x`, [sample]]]
      },
      misses: () => [[`${words.split(' ')[0]}k4 and`, 'nothing that follows says so']],
    },
  }
}

const SAMPLES = ['k4abc', 'k4'.repeat(10), 'https://k4.azconfig.io']

/** Compares without regard to case. */
function says(text: Reader, position: number, what: string): boolean {
  for (let index = 0; index < what.length; index++) {
    const unit = text.at(position + index)
    if (unit < 0 || String.fromCharCode(unit).toLowerCase() !== what[index]) return false
  }
  return true
}

/**
 * Records that hold a secret together with what it opens. Sources: Azure connection strings, ThingsBoard's HTTP and CoAP API.
 */
export const connections = [
  part('azure-account-name', 'accountname= sharedaccesskeyname=', '[A-Za-z0-9_\\-]{3,50}', [
    ';accountkey=',
    ';sharedaccesskey=',
  ]),
  part('device-path-token', '/api/v1/', '[A-Za-z0-9]{20}', [
    '/telemetry',
    '/attributes',
    '/rpc',
    '/claim',
  ]),
  part('azure-config-endpoint', 'endpoint=', 'https://[a-z0-9.\\-]{1,60}', [';id=']),
]
