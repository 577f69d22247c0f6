import type { Command } from './command.ts'
import { nearest } from './suggest.ts'

/** What a command takes, read off its usage text: what is promised there is what is completed and checked. */
export interface Words {
  /** `create`, `list`, …; empty when the command takes none. */
  readonly verbs: readonly string[]
  /** With their dashes. */
  readonly options: readonly string[]
  /** Options that are followed by a value. */
  readonly valued: ReadonlySet<string>
  readonly takesFile: boolean
}

const ALWAYS = ['--json', '--help']

/** The words of a command. */
export function wordsOf({ name, usage }: Pick<Command, 'name' | 'usage'>): Words {
  const starts = usage.matchAll(new RegExp(`^(?:sluice )?${name} ([a-z][a-z-]*)(?= |$)`, 'gm'))
  const verbs = [...new Set([...starts].map((match) => match[1] ?? ''))]
  const options = new Set(ALWAYS)
  const valued = new Set<string>()
  for (const [, option = '', value] of usage.matchAll(/(--[a-z][a-z-]*)(?: ([A-Z][A-Z_]*))?/g)) {
    options.add(option)
    if (value !== undefined) valued.add(option)
  }
  return { verbs, options: [...options], valued, takesFile: /\bFILE\b/.test(usage) }
}

/** What is wrong with the words after a command's name, or undefined: a mistyped verb or option, with what was meant. */
export function slipIn(command: Command, args: readonly string[]): string | undefined {
  const { verbs, options, valued } = wordsOf(command)
  let first: string | undefined
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? ''
    if (word === '--') break
    if (!word.startsWith('--')) {
      if (!word.startsWith('-') || word === '-') first ??= word
      continue
    }
    const [option = ''] = word.split('=', 1)
    if (!options.includes(option))
      return told(`${command.name} has no option ${option}`, option, options)
    if (valued.has(option) && !word.includes('=')) at++
  }
  if (first === undefined || verbs.length === 0 || verbs.includes(first)) return undefined
  return told(`${command.name} cannot ${first}`, first, verbs)
}

function told(says: string, word: string, candidates: readonly string[]): string {
  const meant = nearest(word, candidates)
  return meant === undefined ? says : `${says}; did you mean ${meant}?`
}
