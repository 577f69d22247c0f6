/** Instructions of WebAssembly as its binary format writes them, in stack order. Source: WebAssembly Core 2.0 §5. */
export type Code = readonly number[]

/** A function of a module: all parameters and results are `i32`. */
export interface WasmFunction {
  readonly name: string
  readonly params: number
  readonly results: 0 | 1
  /** Types of further locals, numbered behind the parameters. */
  readonly locals: readonly (typeof I32 | typeof V128)[]
  readonly body: Code
}

export const I32 = 0x7f
export const V128 = 0x7b
const NO_RESULT = 0x40

/** Assembles a module of `functions` over the imported memory `host.memory`; calls name functions by their place. */
export function assemble(
  functions: readonly WasmFunction[],
  pages: number,
): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ params, results }) => [
    0x60,
    ...list(Array.from({ length: params }, () => [I32])),
    ...list(Array.from({ length: results }, () => [I32])),
  ])
  const codes = functions.map(({ locals, body }) => {
    const bytes = [...list(locals.map((type) => [1, type])), ...body, 0x0b]
    return [...unsigned(bytes.length), ...bytes]
  })
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list(types)),
    ...section(2, list([[...text('host'), ...text('memory'), 2, 0, ...unsigned(pages)]])),
    ...section(3, list(functions.map((_, index) => unsigned(index)))),
    ...section(7, list(functions.map(({ name }, index) => [...text(name), 0, ...unsigned(index)]))),
    ...section(10, list(codes)),
  ])
}

function section(id: number, bytes: Code): Code {
  return [id, ...unsigned(bytes.length), ...bytes]
}

function list(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()]
}

function text(value: string): Code {
  return [...unsigned(value.length), ...[...value].map((unit) => unit.charCodeAt(0))]
}

function unsigned(value: number): Code {
  const bytes: number[] = []
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 128) return [...bytes, rest]
    bytes.push((rest & 127) | 128)
  }
}

function signed(value: number): Code {
  const bytes: number[] = []
  for (let rest = value; ; rest >>= 7) {
    const low = rest & 127
    if ((rest >> 7 === 0 && low < 64) || (rest >> 7 === -1 && low >= 64)) return [...bytes, low]
    bytes.push(low | 128)
  }
}

const binary =
  (...opcode: readonly number[]) =>
  (left: Code, right: Code): Code => [...left, ...right, ...opcode]
const memory =
  (...opcode: readonly number[]) =>
  (address: Code, offset = 0): Code => [...address, ...opcode, 0, ...unsigned(offset)]
const store =
  (...opcode: readonly number[]) =>
  (address: Code, value: Code, offset = 0): Code => [
    ...address,
    ...value,
    ...opcode,
    0,
    ...unsigned(offset),
  ]

export const constant = (value: number): Code => [0x41, ...signed(value)]
export const get = (local: number): Code => [0x20, ...unsigned(local)]
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)]
/** Sets a local and leaves the value. */
export const tee = (local: number, value: Code): Code => [...value, 0x22, ...unsigned(local)]
export const call = (place: number, ...values: readonly Code[]): Code => [
  ...values.flat(),
  0x10,
  ...unsigned(place),
]

export const add = binary(0x6a)
export const sub = binary(0x6b)
export const multiply = binary(0x6c)
export const and = binary(0x71)
export const or = binary(0x72)
export const xor = binary(0x73)
export const shiftLeft = binary(0x74)
export const shiftRight = binary(0x76)
export const equal = binary(0x46)
export const unequal = binary(0x47)
/** Unsigned comparisons; addresses and units are never negative. */
export const below = binary(0x49)
export const above = binary(0x4b)
export const atLeast = binary(0x4f)
/** `left > right` with signs. */
export const aboveSigned = binary(0x4a)
export const not = (value: Code): Code => [...value, 0x45]
/** How many bits are set. */
export const bits = (value: Code): Code => [...value, 0x69]

export const load8 = memory(0x2d)
export const load8Signed = memory(0x2c)
export const load16 = memory(0x2f)
export const load16Signed = memory(0x2e)
export const load32 = memory(0x28)
export const store16 = store(0x3b)
export const store32 = store(0x36)

/** Leaves `depth` blocks; out of a loop that means: again. */
export const leave = (depth: number): Code => [0x0c, ...unsigned(depth)]
export const leaveIf = (condition: Code, depth: number): Code => [
  ...condition,
  0x0d,
  ...unsigned(depth),
]
export const block = (...body: readonly Code[]): Code => [0x02, NO_RESULT, ...body.flat(), 0x0b]
export const loop = (...body: readonly Code[]): Code => [0x03, NO_RESULT, ...body.flat(), 0x0b]
export const when = (condition: Code, ...body: readonly Code[]): Code => [
  ...condition,
  0x04,
  NO_RESULT,
  ...body.flat(),
  0x0b,
]
/** One of two ways. */
export const either = (
  condition: Code,
  then: readonly Code[],
  otherwise: readonly Code[],
): Code => [...condition, 0x04, NO_RESULT, ...then.flat(), 0x05, ...otherwise.flat(), 0x0b]
export const give = (value: Code): Code => [...value, 0x0f]

/** Eight units, or four offsets, at once. */
export const loadVector = memory(0xfd, 0x00)
export const storeVector = store(0xfd, 0x0b)
export const eightUnits = (value: Code): Code => [...value, 0xfd, 0x10]
export const fourOffsets = (value: Code): Code => [...value, 0xfd, 0x11]
export const equalUnits = binary(0xfd, 0x2d)
export const aboveUnits = binary(0xfd, 0x32)
export const orVector = binary(0xfd, 0x50)
export const anyTrue = (value: Code): Code => [...value, 0xfd, 0x53]
export const addOffsets = binary(0xfd, 0xae, 0x01)
/** The constant 0, 1, 2, 3 in four lanes. */
export const ZERO_TO_THREE: Code = [0xfd, 0x0c, ...[0, 1, 2, 3].flatMap((lane) => [lane, 0, 0, 0])]
