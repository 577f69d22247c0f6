import { parseArgs } from 'node:util'
import { AdminError } from './admin-client.ts'
import type { Command, CommandContext } from './command.ts'
import { FileError } from './config/read.ts'
import { applyFile, exportNow, planFile, showSchema, validateFile } from './config/run.ts'
import { wrongLine } from './config/show.ts'

/** Used when no file is named. */
const FILE = 'sluice.yaml'

/** What was asked for. */
export interface Asked {
  readonly file: string
  /** Also what is not in the file goes. */
  readonly prune: boolean
  /** The consent to deletions. */
  readonly yes: boolean
  readonly rewriteSecrets: boolean
}

/** One file that says what an organisation should look like. */
export const config: Command = {
  name: 'config',
  summary: 'keep an organisation as a file: validate, plan, apply, export',
  usage: [
    'sluice config validate [FILE]   is the file right? Needs no gateway',
    'sluice config plan [FILE] [--prune] [--write-secrets]',
    '                                what apply would change; changes nothing. Exit code 0: nothing,',
    '                                2: changes are pending, 1: anything else, wrong usage too',
    'sluice config apply [FILE] [--prune --yes] [--write-secrets]',
    '                                makes it so by the admin API: its permissions and its audit log hold',
    'sluice config export            the organisation as such a file, without values of secrets',
    'sluice config schema            the JSON Schema of the file; also at /api/v1/config/schema',
    '',
    `FILE is YAML or JSON, ${FILE} unless told; - reads standard input. A section that the file leaves out is left`,
    'alone. What is there and not in a section stays, too, unless --prune is given; then apply wants --yes as well.',
    'Provider secrets stand in it as from_env: NAME or from_file: PATH. One whose last four characters are those of',
    'the stored one counts as unchanged; --write-secrets writes every one again.',
    'The gateway is the one on this machine, or SLUICE_ADMIN_URL with SLUICE_ADMIN_KEY.',
  ].join('\n'),
  wrong: (args) => (args.includes('plan') ? 1 : 2),
  async run(args, context) {
    const wrong = this.wrong?.(args) ?? 2
    const given = read(args)
    if (given === undefined) {
      context.err(config.usage)
      return wrong
    }
    const { verb, asked } = given
    try {
      if (verb === 'validate') return await validateFile(asked, context)
      if (verb === 'plan') return await planFile(asked, context)
      if (verb === 'apply') return await applyFile(asked, context)
      return verb === 'export' ? await exportNow(context) : showSchema(context)
    } catch (cause) {
      if (cause instanceof FileError) return tellMistakes(asked.file, cause, context)
      if (!(cause instanceof AdminError)) throw cause
      context.err(`✗ ${cause.message}`)
      return 1
    }
  },
}

function read(args: readonly string[]) {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        prune: { type: 'boolean', default: false },
        yes: { type: 'boolean', default: false },
        'write-secrets': { type: 'boolean', default: false },
      },
    })
    const [verb, file = FILE, ...rest] = positionals
    const isVerb = ['validate', 'plan', 'apply', 'export', 'schema'].includes(verb ?? '')
    const takesFile = verb === 'validate' || verb === 'plan' || verb === 'apply'
    if (!isVerb || rest.length > 0 || (!takesFile && positionals.length > 1)) return undefined
    const { prune, yes } = values
    return { verb, asked: { file, prune, yes, rewriteSecrets: values['write-secrets'] } }
  } catch {
    return undefined
  }
}

function tellMistakes(file: string, { mistakes }: FileError, context: CommandContext): number {
  if (context.json) context.out(JSON.stringify({ valid: false, mistakes }))
  else for (const each of mistakes) context.err(wrongLine(file, each))
  return 1
}
