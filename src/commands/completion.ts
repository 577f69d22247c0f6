import type { Command } from './command.ts'
import type { LazyCommand } from './index.ts'
import { type Words, wordsOf } from './words.ts'

interface Entry extends Words {
  readonly name: string
  readonly summary: string
}

const SHELLS: Readonly<Record<string, (entries: readonly Entry[]) => string>> = { bash, zsh, fish }

/** Scripts that complete `sluice` in a shell, made from the commands themselves. */
export const completion: Command = {
  name: 'completion',
  summary: 'print a completion script for bash, zsh or fish',
  usage: [
    'sluice completion bash   eval "$(sluice completion bash)" in ~/.bashrc',
    'sluice completion zsh    the same in ~/.zshrc, after compinit',
    'sluice completion fish   sluice completion fish > ~/.config/fish/completions/sluice.fish',
    '',
    'They complete the word sluice: an alias such as  alias sluice="npm -s run sluice --"',
  ].join('\n'),
  async run(args, context) {
    const [shell = '', ...rest] = args
    const script = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined
    if (!script || rest.length > 0) {
      context.err(completion.usage)
      return 2
    }
    const { COMMANDS } = await import('./index.ts')
    const text = script(await entriesOf(COMMANDS))
    context.out(context.json ? JSON.stringify({ shell, script: text }) : text)
    return 0
  },
}

function entriesOf(commands: readonly LazyCommand[]): Promise<Entry[]> {
  return Promise.all(
    commands.map(async ({ name, summary, load }) => ({
      name,
      summary,
      ...wordsOf(await load()),
    })),
  )
}

function wordList({ verbs, options }: Entry): string {
  return [...verbs, ...options].join(' ')
}

/** Also for bash 3.2, which macOS still has: no mapfile. */
function bash(entries: readonly Entry[]): string {
  const names = entries.map(({ name }) => name).join(' ')
  return `# bash completion for sluice
_sluice() {
  local current=\${COMP_WORDS[COMP_CWORD]} command='' word words='${names} --help --json'
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in -*) ;; *) command=$word; break ;; esac
  done
  case $command in
${entries.map((each) => `    ${each.name}) words='${wordList(each)}' ;;`).join('\n')}
    ?*) words='' ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _sluice sluice`
}

function zsh(entries: readonly Entry[]): string {
  const quoted = ({ name, summary }: Entry): string =>
    `'${`${name}:${summary}`.replaceAll("'", "'\\''")}'`
  return `#compdef sluice
# zsh completion for sluice
_sluice() {
  local -a commands
  commands=(
${entries.map((each) => `    ${quoted(each)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe -t commands command commands
    return
  fi
  case \${words[2]} in
${entries
  .map(
    (each) =>
      `    ${each.name}) compadd -- ${wordList(each)}${each.takesFile ? '; _files' : ''} ;;`,
  )
  .join('\n')}
  esac
}
compdef _sluice sluice`
}

function fish(entries: readonly Entry[]): string {
  const quoted = (text: string): string =>
    `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const lines = entries.flatMap((each) => {
    const seen = `complete -c sluice -n '__fish_seen_subcommand_from ${each.name}'`
    return [
      `complete -c sluice -n __fish_use_subcommand -a ${each.name} -d ${quoted(each.summary)}`,
      ...(each.verbs.length > 0 ? [`${seen} -a '${each.verbs.join(' ')}'`] : []),
      ...each.options.map(
        (option) => `${seen} -l ${option.slice(2)}${each.valued.has(option) ? ' -r' : ''}`,
      ),
      ...(each.takesFile ? [`${seen} -F`] : []),
    ]
  })
  return ['# fish completion for sluice', 'complete -c sluice -f', ...lines].join('\n')
}
