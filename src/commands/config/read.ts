import { readFile, stat } from 'node:fs/promises'
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
} from 'yaml'
import { LIMITS } from '../../base/limits.ts'

/** A configuration of ten thousand policies is about four megabytes. */
export const FILE_BYTES_MAX = 8 * 1024 * 1024
/** Aliases repeat what they point to: bounded by what is made of them, not by the file. */
const NODES_MAX = 1_000_000

/** Something wrong in a file, with its place. */
export interface Wrong {
  /** From 1; 0 when it has no place. */
  readonly line: number
  readonly column: number
  readonly pointer: string
  readonly says: string
}

/** A file that cannot be used; every mistake at once. */
export class FileError extends Error {
  readonly mistakes: readonly Wrong[]
  constructor(mistakes: readonly Wrong[]) {
    super(mistakes[0]?.says ?? 'the file is wrong')
    this.name = 'FileError'
    this.mistakes = mistakes
  }
}

/** A parsed file and where each of its values stands. */
export interface Parsed {
  /** Plain values; a number of dollars is the text of its digits. */
  readonly value: unknown
  /** The place of a value by JSON pointer; of what stands around it when it is not there. */
  placeOf(pointer: string): { readonly line: number; readonly column: number }
}

/** The text of `file`, or of standard input for `-`. Throws {@link FileError}. */
export async function readText(file: string): Promise<string> {
  const refuse = (says: string): FileError =>
    new FileError([{ line: 0, column: 0, pointer: '', says }])
  const tooLarge = (): FileError => refuse(`is larger than ${FILE_BYTES_MAX / 1024 / 1024} MB`)
  let text: string
  try {
    if (file !== '-' && (await stat(file)).size > FILE_BYTES_MAX) throw tooLarge()
    text = file === '-' ? await Bun.stdin.text() : await readFile(file, 'utf8')
  } catch (cause) {
    if (cause instanceof FileError) throw cause
    throw refuse('cannot be read')
  }
  if (Buffer.byteLength(text) > FILE_BYTES_MAX) throw tooLarge()
  return text
}

/** Reads YAML 1.2, of which JSON is a part. Throws {@link FileError} with every place it is broken at. */
export function parseFile(text: string): Parsed {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, merge: false })
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return { line, column: col }
  }
  const broken = [...document.errors, ...document.warnings]
  if (broken.length > 0)
    throw new FileError(
      broken.map((each) => ({
        ...at(each.pos[0]),
        pointer: '',
        says: each.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? '',
      })),
    )
  const places = new Map<string, number>()
  let nodes = 0
  const refuse = (node: Node | null, pointer: string, says: string): never => {
    throw new FileError([{ ...at(node?.range?.[0] ?? 0), pointer, says }])
  }
  const walk = (node: Node | null, pointer: string, depth: number, key: string): unknown => {
    if (++nodes > NODES_MAX) refuse(node, pointer, 'holds too many values')
    if (depth > LIMITS.jsonDepthMax) refuse(node, pointer, 'is nested too deeply')
    if (node?.range) places.set(pointer, node.range[0])
    if (isAlias(node)) {
      const target = node.resolve(document)
      if (target === undefined) refuse(node, pointer, 'refers to nothing')
      return walk(target ?? null, pointer, depth + 1, key)
    }
    if (isSeq<ParsedNode>(node))
      return node.items.map((each, index) => walk(each, `${pointer}/${index}`, depth + 1, ''))
    if (isMap<ParsedNode, ParsedNode | null>(node)) {
      const made: Record<string, unknown> = Object.create(null)
      for (const pair of node.items) {
        if (!isScalar(pair.key)) return refuse(pair.key, pointer, 'a name must be plain text')
        const name = String(pair.key.value)
        if (name === '<<') refuse(pair.key, pointer, 'merge keys are not supported')
        const below = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
        made[name] = walk(pair.value, below, depth + 1, name)
        if (pair.key.range) places.set(below, pair.key.range[0])
      }
      return { ...made }
    }
    return isScalar(node) ? scalar(node.value, node.source, key) : null
  }
  const value = walk(document.contents, '', 0, '')
  return {
    value,
    placeOf(pointer) {
      for (let path = pointer; ; path = path.slice(0, path.lastIndexOf('/'))) {
        const offset = places.get(path)
        if (offset !== undefined) return at(offset)
        if (path === '') return { line: 1, column: 1 }
      }
    },
  }
}

/** As on the wire: amounts keep the digits they were written with. */
function scalar(value: unknown, source: string | undefined, key: string): unknown {
  const isAmount = /_(usd|usd_per_mtok|cost)$/.test(key)
  if (isAmount && typeof value === 'number' && /^-?\d+(\.\d+)?$/.test(source ?? '')) return source
  return value
}
