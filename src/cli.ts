import { COMMANDS, type LazyCommand } from './commands/index.ts'

const GLOBAL = [
  '  --json    one JSON value on stdout, nothing else',
  '  --help    how to use a command',
]

process.exit(await main(process.argv.slice(2)))

/** Runs one command; gives the exit code: 0 success, 1 failure, 2 wrong usage or configuration. */
async function main(given: readonly string[]): Promise<number> {
  const { words, json, help } = globals(given)
  const [name, ...args] = words
  if (name === undefined) {
    console.log(overview())
    return help ? 0 : 2
  }
  const lazy = COMMANDS.find((each) => each.name === name)
  if (!lazy) {
    console.error(`no command called ${name}\n\n${overview()}`)
    return 2
  }
  const command = await lazy.load()
  if (help) {
    console.log(`${command.summary}\n\n${command.usage}\n\n${GLOBAL.join('\n')}`)
    return 0
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
      return 2
    }
    console.error(`✗ ${cause instanceof Error ? cause.message : String(cause)}`)
    return 1
  }
}

function globals(given: readonly string[]): { words: string[]; json: boolean; help: boolean } {
  const end = given.indexOf('--')
  const own = end === -1 ? given : given.slice(0, end)
  const words = own.filter((word) => word !== '--json' && word !== '--help' && word !== '-h')
  if (end !== -1) words.push(...given.slice(end + 1))
  return {
    words,
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
