import { type Compiled, compileDetectors, holdUnitsMaxOf } from '../redaction/automaton/compile.ts'
import { restrictCompiled } from '../redaction/automaton/restrict.ts'
import { builtInDetectors } from '../redaction/built-in.ts'
import { customScanner } from '../redaction/custom-scanner.ts'
import type { Detector, StreamDetector } from '../redaction/detector.ts'
import { type Operator, strongest } from '../redaction/operator.ts'
import type { Guard } from './policy.ts'

/** What one or several guards do to text that flows in one direction. */
export interface GuardRules {
  /** Everything that any of the guards detects. */
  readonly compiled: Compiled
  /** Values that all of the guards leave alone, to be set aside first; undefined when there are none. */
  readonly allowed: Compiled | undefined
  /** Most UTF-16 units ever held back. */
  readonly holdUnitsMax: number
  /** The strongest operator that a guard has for it; undefined when none of them looks for it. */
  operatorFor(detector: string, entity: string): Operator | undefined
  /** The places of the guards whose operator for it is `block`. */
  blockers(detector: string, entity: string): readonly number[]
}

/** Texts flow to the provider (`request`) or to the caller (`response`). */
export type Direction = 'request' | 'response'

let compiled: Compiled | undefined

/** Every built-in detector, compiled once for the whole process: it takes hundreds of milliseconds. */
export function builtIn(): Compiled {
  compiled ??= compileDetectors(builtInDetectors())
  return compiled
}

/** Combinations of guards kept ready; an organisation has few. */
const RULES_KEPT_MAX = 256
const kept = new Map<string, GuardRules>()
const numbers = new WeakMap<Guard, number>()
let numbered = 0

/** The rules of `guards` for a direction; undefined when none of them looks that way. Cheap when asked again. */
export function guardRules(guards: readonly Guard[], direction: Direction): GuardRules | undefined {
  const acting = guards.map((guard) =>
    guard.direction === 'both' || guard.direction === direction ? guard : undefined,
  )
  if (acting.every((guard) => guard === undefined)) return undefined
  const name = acting.map((guard) => (guard ? numberOf(guard) : '-')).join()
  const known = kept.get(name)
  if (known) return known
  if (kept.size >= RULES_KEPT_MAX) kept.clear()
  const made = makeRules(acting)
  kept.set(name, made)
  return made
}

/** A guard is read once and never changes, so its number stands for what it says. */
function numberOf(guard: Guard): number {
  const known = numbers.get(guard)
  if (known !== undefined) return known
  numbers.set(guard, ++numbered)
  return numbered
}

/** What guards ask for, before anything is compiled. */
interface Wishes {
  /** Built-in and custom detectors that some guard looks for. */
  readonly detectors: readonly Detector[]
  /** The custom ones among them. */
  readonly custom: readonly StreamDetector[]
  readonly allowed: StreamDetector | undefined
  operatorOf(guard: Guard, detector: string, entity: string): Operator | undefined
  operatorFor(detector: string, entity: string): Operator | undefined
}

function wishesOf(all: readonly Guard[]): Wishes {
  const builtIns = builtInDetectors()
  const secrets = new Set(builtIns.flatMap(({ id, kind }) => (kind === 'secret' ? [id] : [])))
  const custom = customOf(all)
  const owners = new Map(custom.map(({ stream, guards }) => [stream.id, guards]))

  function operatorOf(guard: Guard, detector: string, entity: string): Operator | undefined {
    const of = owners.get(detector)
    if (of && !of.has(guard)) return undefined
    if (guard.except.includes(detector) || guard.except.includes(entity)) return undefined
    const named = member(guard.detectors, detector) ?? member(guard.detectors, entity)
    if (named) return named
    const wanted = of ?? (secrets.has(detector) ? guard.secrets : guard.pii)
    return wanted ? guard.operator : undefined
  }

  const operators = new Map<string, Operator | undefined>()
  function operatorFor(detector: string, entity: string): Operator | undefined {
    const name = `${detector}\n${entity}`
    if (operators.has(name)) return operators.get(name)
    const said = all.flatMap((guard) => operatorOf(guard, detector, entity) ?? [])
    const operator = said.length === 0 ? undefined : strongest(said)
    operators.set(name, operator)
    return operator
  }

  const isWanted = (each: Detector) =>
    (each.type === 'stream' ? each.entities : [each.entity]).some(
      (entity) => operatorFor(each.id, entity) !== undefined,
    )
  const wanted = custom.map(({ stream }) => stream).filter(isWanted)
  return {
    detectors: [...builtIns.filter(isWanted), ...wanted],
    custom: wanted,
    allowed: allowedOf(all),
    operatorOf,
    operatorFor,
  }
}

/** Most UTF-16 units that a guard ever holds back in a stream; known without compiling anything. */
export function guardHoldUnitsMax(guard: Guard): number {
  const { detectors, allowed } = wishesOf([guard])
  return holdUnitsMaxOf(detectors) + (allowed ? holdUnitsMaxOf([allowed]) : 0)
}

function makeRules(acting: readonly (Guard | undefined)[]): GuardRules {
  const wishes = wishesOf(acting.filter((guard) => guard !== undefined))
  const wanted = new Set(wishes.detectors.map(({ id }) => id))
  const compiled = restrictCompiled(builtIn(), {
    keeps: (id) => wanted.has(id),
    adds: wishes.custom,
  })
  const allowed = wishes.allowed
    ? restrictCompiled(builtIn(), { keeps: () => false, adds: [wishes.allowed] })
    : undefined
  return {
    compiled,
    allowed,
    holdUnitsMax: compiled.holdUnitsMax + (allowed?.holdUnitsMax ?? 0),
    operatorFor: wishes.operatorFor,
    blockers: (detector, entity) =>
      acting.flatMap((guard, index) =>
        guard && wishes.operatorOf(guard, detector, entity) === 'block' ? [index] : [],
      ),
  }
}

function member(record: Guard['detectors'], name: string): Operator | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}

interface Custom {
  readonly stream: StreamDetector
  /** The guards that brought it. */
  readonly guards: Set<Guard>
}

/** The custom detectors of all guards; equal ones once, different ones of one name apart. */
function customOf(guards: readonly Guard[]): readonly Custom[] {
  const found = new Map<string, Custom>()
  const names = new Map<string, number>()
  for (const guard of guards)
    for (const rule of guard.custom) {
      const content = JSON.stringify(rule)
      const known = found.get(content)
      if (known) known.guards.add(guard)
      else {
        const count = (names.get(rule.id) ?? 0) + 1
        names.set(rule.id, count)
        const id = count === 1 ? rule.id : `${rule.id}~${count}`
        found.set(content, { stream: customScanner({ ...rule, id }), guards: new Set([guard]) })
      }
    }
  return [...found.values()]
}

const ALLOWED = 'allowed'

/** What is left alone must be left alone by every guard: the strictest holds. */
function allowedOf(guards: readonly Guard[]): StreamDetector | undefined {
  const words = guards[0]?.allow.filter((word) => guards.every((each) => each.allow.includes(word)))
  if (!words || words.length === 0) return undefined
  return customScanner({ id: ALLOWED, kind: 'pii', entity: 'ALLOWED', words, alone: true })
}
