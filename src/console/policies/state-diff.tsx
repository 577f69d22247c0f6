import { money } from '../parts/format.ts'

/** What of a policy can differ. */
export interface State {
  readonly name: string
  readonly description?: string
  readonly subject_matchers: readonly { readonly key: string; readonly value: string }[]
  readonly config: object
  readonly enabled: boolean
  readonly priority: number
}

interface Line {
  readonly field: string
  readonly before: string | undefined
  readonly after: string | undefined
}

/** The fields in which two states differ, in words. */
export function differences(before: State, after: State, nameOf: (id: string) => string): Line[] {
  const [old, now] = [flat(before, nameOf), flat(after, nameOf)]
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((field) => old.get(field) !== now.get(field))
    .map((field) => ({ field, before: old.get(field), after: now.get(field) }))
}

function flat(state: State, nameOf: (id: string) => string): Map<string, string> {
  const found = new Map<string, string>([
    ['Name', state.name],
    ['On', state.enabled ? 'yes' : 'no'],
    ['Priority', String(state.priority)],
  ])
  // The first entries of the audit log did not hold it.
  if (state.description) found.set('Description', state.description)
  for (const { key, value } of state.subject_matchers) {
    const text = value === '' ? 'each' : nameOf(value)
    const known = found.get(`About ${key}`)
    found.set(`About ${key}`, known === undefined ? text : `${known}, ${text}`)
  }
  leaves(state.config, '', found)
  return found
}

/** Every leaf of a config by its path. Amounts are one text, whether they came as a number or as digits. */
function leaves(value: unknown, path: string, found: Map<string, string>): void {
  if (typeof value === 'object' && value !== null) {
    for (const [name, each] of Object.entries(value)) {
      if (name === 'limit_usd' && Reflect.has(value, 'limit_nanos')) continue
      leaves(each, path === '' ? name : `${path}.${name}`, found)
    }
    return
  }
  if (path === 'limit_nanos') found.set('limit_usd', money(String(value)))
  else if (path === 'limit_usd') found.set(path, dollars(String(value)))
  else found.set(path, String(value))
}

function dollars(text: string): string {
  const [whole = '0', part = ''] = text.split('.')
  if (!/^\d+$/.test(whole) || !/^\d{0,9}$/.test(part)) return `$${text}`
  return money(BigInt(whole) * 1_000_000_000n + BigInt(part.padEnd(9, '0')))
}

/** What changed between two states: the old on red, the new on green, each with its word. */
export function StateDiff({
  before,
  after,
  nameOf,
  words = ['Before', 'After'],
}: {
  before: State
  after: State
  nameOf: (id: string) => string
  words?: readonly [before: string, after: string]
}) {
  const lines = differences(before, after, nameOf)
  if (lines.length === 0) return <p className="m-0 text-ink-faint">Nothing differs.</p>
  return (
    <table className="w-full table-fixed border-collapse text-xs">
      <thead>
        <tr className="text-left text-ink-faint">
          <th scope="col" className="w-32 py-1 pr-2 font-medium">
            Field
          </th>
          {words.map((word) => (
            <th key={word} scope="col" className="py-1 pr-2 font-medium">
              {word}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr key={line.field} className="border-line border-t align-top">
            <th scope="row" className="break-words py-1 pr-2 text-left font-normal">
              {line.field}
            </th>
            <td className="break-words py-1 pr-2">
              <Value tone="bg-bad-soft text-bad" text={line.before} />
            </td>
            <td className="break-words py-1 pr-2">
              <Value tone="bg-good-soft text-good" text={line.after} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Value({ tone, text }: { tone: string; text: string | undefined }) {
  if (text === undefined) return <span className="text-ink-faint">not set</span>
  return <span className={`rounded-sm px-1 ${tone}`}>{text === '' ? 'empty' : text}</span>
}
