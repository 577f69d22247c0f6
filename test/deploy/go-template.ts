import { stringify } from 'yaml'

/**
 * The part of Go's templates that the chart uses: define, include, if, else, with, range, not, and the functions below.
 * Anything else throws, so that a template cannot outgrow what is checked here.
 */
export function renderChart(
  files: Readonly<Record<string, string>>,
  root: Readonly<Record<string, unknown>>,
): Record<string, string> {
  const defined = new Map<string, Node[]>()
  const parsed = Object.entries(files).map(
    ([name, text]) => [name, parse(tokens(text), defined)] as const,
  )
  return Object.fromEntries(
    parsed.map(([name, nodes]) => [
      name,
      render(nodes, { dot: root, names: { $: root }, defined }),
    ]),
  )
}

type Node =
  | { readonly text: string }
  | { readonly value: string }
  | { readonly word: 'if' | 'with' | 'range'; readonly of: string; body: Node[]; otherwise: Node[] }

interface Scope {
  readonly dot: unknown
  readonly names: Readonly<Record<string, unknown>>
  readonly defined: ReadonlyMap<string, Node[]>
}

/** Text and actions in turn; a dash beside a brace eats the blanks on that side. */
function tokens(text: string): string[] {
  const found = text.split(/(\{\{-?[\s\S]*?-?\}\})/)
  return found.map((each, at) => {
    if (at % 2 === 1) return each.replace(/^\{\{-?\s*/, '').replace(/\s*-?\}\}$/, '')
    let plain = each
    if (found[at - 1]?.endsWith('-}}')) plain = plain.trimStart()
    if (found[at + 1]?.startsWith('{{-')) plain = plain.trimEnd()
    return plain
  })
}

function parse(all: readonly string[], defined: Map<string, Node[]>): Node[] {
  let at = 0
  const block = (isInner: boolean): { nodes: Node[]; end: string } => {
    const nodes: Node[] = []
    for (; at < all.length; at++) {
      const token = all[at] ?? ''
      if (at % 2 === 0) {
        nodes.push({ text: token })
        continue
      }
      const [word = '', ...rest] = token.split(/\s+/)
      if (word === 'end' || word === 'else') return { nodes, end: word }
      const of = rest.join(' ')
      if (word === 'define') {
        at++
        defined.set(JSON.parse(of), block(true).nodes)
      } else if (word === 'if' || word === 'with' || word === 'range') {
        at++
        const { nodes: body, end } = block(true)
        if (end === 'else') at++
        nodes.push({ word, of, body, otherwise: end === 'else' ? block(true).nodes : [] })
      } else if (!token.startsWith('/*')) nodes.push({ value: token })
    }
    if (isInner) throw new Error('a block has no end')
    return { nodes, end: '' }
  }
  return block(false).nodes
}

function render(nodes: readonly Node[], scope: Scope): string {
  return nodes.map((node) => renderOne(node, scope)).join('')
}

function renderOne(node: Node, scope: Scope): string {
  if ('text' in node) return node.text
  if ('value' in node) {
    const value = evaluate(node.value, scope)
    if (value === undefined || value === null) throw new Error(`nothing at ${node.value}`)
    return String(value)
  }
  if (node.word === 'range') return renderRange(node, scope)
  const value = evaluate(node.of, scope)
  if (!isTrue(value)) return render(node.otherwise, scope)
  return render(node.body, node.word === 'with' ? { ...scope, dot: value } : scope)
}

function renderRange(node: Extract<Node, { word: string }>, scope: Scope): string {
  const match = /^(\$\w+), (\$\w+) := (.+)$/.exec(node.of)
  const value = evaluate(match?.[3] ?? node.of, scope)
  const [key = '', item = ''] = match?.slice(1) ?? []
  return Object.entries(Object(value))
    .map(([name, each]) => {
      const names = match ? { ...scope.names, [key]: name, [item]: each } : scope.names
      return render(node.body, { ...scope, dot: each, names })
    })
    .join('')
}

/** Go's truth: empty lists and maps are false. */
function isTrue(value: unknown): boolean {
  return typeof value === 'object' && value !== null
    ? Object.keys(value).length > 0
    : Boolean(value)
}

function evaluate(pipeline: string, scope: Scope): unknown {
  let value: unknown
  for (const [index, stage] of pipeline.split(/ \| /).entries()) {
    const words = stage.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? []
    const [head = ''] = words
    const call = Object.hasOwn(FUNCTIONS, head) ? FUNCTIONS[head] : undefined
    const given = words.slice(call ? 1 : 0).map((each) => operand(each, scope))
    if (index > 0) given.push(value)
    if (!call && words.length !== 1) throw new Error(`not understood: ${stage}`)
    value = call ? call(given, scope) : given[0]
  }
  return value
}

const FUNCTIONS: Readonly<Record<string, (given: readonly unknown[], scope: Scope) => unknown>> = {
  not: ([value]) => !isTrue(value),
  quote: ([value]) => JSON.stringify(String(value)),
  default: ([fallback, value]) => (isTrue(value) ? value : fallback),
  toYaml: ([value]) => stringify(value).trimEnd(),
  nindent: ([count, value]) =>
    `\n${String(value)
      .split('\n')
      .map((line) => ' '.repeat(Number(count)) + line)
      .join('\n')}`,
  required([says, value]) {
    if (value === undefined || value === null || value === '') throw new Error(String(says))
    return value
  },
  include([name, dot], { defined }) {
    const nodes = defined.get(String(name))
    if (!nodes) throw new Error(`no template ${name}`)
    return render(nodes, { dot, names: { $: dot }, defined })
  },
}

function operand(word: string, { dot, names }: Scope): unknown {
  if (word.startsWith('"')) return JSON.parse(word)
  if (/^\d+$/.test(word)) return Number(word)
  const [start = '', ...path] = word.split('.')
  if (start !== '' && !Object.hasOwn(names, start)) throw new Error(`not understood: ${word}`)
  const from = start === '' ? dot : names[start]
  return path
    .filter((each) => each !== '')
    .reduce<unknown>((value, each) => (Object(value) as Record<string, unknown>)[each], from)
}
