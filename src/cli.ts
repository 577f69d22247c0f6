import packageJson from '../package.json'
import { COMMANDS, type LazyCommand } from './commands/index.ts'
import { nearest } from './commands/suggest.ts'
import { slipIn } from './commands/words.ts'

const GLOBAL = [
  '  --json    one JSON value on stdout, nothing else',
  '  --help    how to use a command',
  '  --version',
]

process.exit(await main(process.argv.slice(2)))

/** Runs one command; gives the exit code: 0 success, 1 failure, 2 wrong usage or configuration. */
async function main(given: readonly string[]): Promise<number> {
  if (given[0] === 'help') return main([...given.slice(1), '--help'])
  const { words, json, help, own } = globals(given)
  const [name, ...args] = words
  if (name === undefined || name === '--version') return general(name, json, help)
  const lazy = COMMANDS.find((each) => each.name === name)
  if (!lazy) {
    const names = COMMANDS.map((each) => each.name)
    const meant = nearest(name, names)
    const hint = meant === undefined ? '' : `; did you mean ${meant}?`
    console.error(`no command called ${name}${hint}\n\n${overview()}`)
    return 2
  }
  const command = await lazy.load()
  if (help) {
    console.log(
      json
        ? JSON.stringify({ name, summary: command.summary, usage: command.usage })
        : `${command.summary}\n\n${command.usage}\n\n${GLOBAL.join('\n')}`,
    )
    return 0
  }
  const wrong = command.wrong?.(args) ?? 2
  const slip = slipIn(command, own.slice(own.indexOf(name) + 1))
  if (slip !== undefined) {
    console.error(`✗ ${slip}\n\n${command.usage}`)
    return wrong
  }
  const { ConfigError, readConfig } = await import('./config.ts')
  try {
    const context = {
      config: readConfig(process.env),
      world: await world(),
      json,
      out: (line: string) => console.log(line),
      err: (line: string) => console.error(line),
    }
    return await command.run(args, context)
  } catch (cause) {
    if (cause instanceof ConfigError) {
      for (const mistake of cause.mistakes) console.error(`✗ ${mistake}`)
      console.error('Every variable with its default: npm run sluice -- doctor')
      return wrong
    }
    console.error(`✗ ${cause instanceof Error ? cause.message : String(cause)}`)
    return 1
  }
}

/** What is asked of no command in particular. */
function general(name: '--version' | undefined, json: boolean, help: boolean): number {
  if (name === '--version') {
    const { version } = packageJson
    console.log(json ? JSON.stringify({ version, bun: Bun.version }) : version)
    return 0
  }
  const list = COMMANDS.map(({ name, summary }) => ({ name, summary }))
  console.log(json ? JSON.stringify(list) : overview())
  return help ? 0 : 2
}

interface Given {
  /** Without `--json`, `--help` and `--`. */
  readonly words: readonly string[]
  /** Those of them that stand before `--`: what comes after is never an option. */
  readonly own: readonly string[]
  readonly json: boolean
  readonly help: boolean
}

function globals(given: readonly string[]): Given {
  const end = given.indexOf('--')
  const own = end === -1 ? given : given.slice(0, end)
  const kept = own.filter((word) => word !== '--json' && word !== '--help' && word !== '-h')
  return {
    words: end === -1 ? kept : [...kept, ...given.slice(end + 1)],
    own: kept,
    json: own.includes('--json'),
    help: own.includes('--help') || own.includes('-h'),
  }
}

async function world() {
  const [{ systemClock }, { systemDice }, { openLog }] = await Promise.all([
    import('./base/clock.ts'),
    import('./base/dice.ts'),
    import('./telemetry/log.ts'),
  ])
  // Commands speak for themselves; the log only tells what nobody expected.
  const level = process.env.SLUICE_LOG_LEVEL ?? 'error'
  const write = (line: string): void => void process.stderr.write(line)
  return {
    clock: systemClock,
    dice: systemDice,
    log: openLog({ program: 'cli', level, write }),
  }
}

function overview(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length))
  const line = ({ name, summary }: LazyCommand): string => `  ${name.padEnd(width)}  ${summary}`
  return [
    'usage: npm run sluice -- <command> [arguments]',
    '',
    ...COMMANDS.map(line),
    '',
    ...GLOBAL,
  ].join('\n')
}
