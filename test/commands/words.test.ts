import { expect, test } from 'bun:test'
import { dirname } from 'node:path'
import type { CommandContext } from '../../src/commands/command.ts'
import { completion } from '../../src/commands/completion.ts'
import { COMMANDS } from '../../src/commands/index.ts'
import { nearest } from '../../src/commands/suggest.ts'
import { slipIn, wordsOf } from '../../src/commands/words.ts'
import { readConfig } from '../../src/config.ts'
import { testWorld } from '../support/world.ts'

const ROOT = dirname(dirname(import.meta.dir))

async function cli(...args: string[]) {
  const child = Bun.spawn([process.execPath, 'src/cli.ts', ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', SLUICE_DATA_DIR: '/nowhere/at/all' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ])
  return { code: await child.exited, out, err }
}

test.each([
  ['craete', ['create', 'list', 'rotate'], 'create'],
  ['--froce', ['--force', '--json'], '--force'],
  ['SLUICE_WORKER', ['SLUICE_WORKERS', 'SLUICE_DATA_DIR'], 'SLUICE_WORKERS'],
  ['sluice_workers', ['SLUICE_WORKERS'], 'SLUICE_WORKERS'],
  ['val', ['plan', 'validate'], 'validate'],
  ['ls', ['up', 'down', 'status'], undefined],
  ['', [], undefined],
])('%p is taken for %p → %p', (word, candidates, meant) => {
  expect(nearest(word, candidates)).toBe(meant)
})

test('a word of any length is taken for nothing it is not', () => {
  expect(nearest('x'.repeat(100_000), ['status'])).toBeUndefined()
})

test('a mistyped command, verb or option is answered with what was meant and exit code 2', async () => {
  for (const [args, meant] of [
    [['statsu'], 'did you mean status?'],
    [['keys', 'craete'], 'did you mean create?'],
    [['keys', 'create', '--descripton', 'x'], 'did you mean --description?'],
    [['down', '--froce'], 'did you mean --force?'],
  ] as const) {
    const { code, out, err } = await cli(...args)
    expect({ args, code, out }).toEqual({ args, code: 2, out: '' })
    expect(err).toContain(meant)
  }
  expect((await cli('config', 'plan', '--colour')).code).toBe(1)
})

test.each(COMMANDS.map(({ name }) => name))(
  '%s refuses an option it does not have',
  async (name) => {
    const command = await COMMANDS.find((each) => each.name === name)?.load()
    if (!command) throw new Error(`no command ${name}`)
    expect(slipIn(command, ['--no-such-thing'])).toContain('--no-such-thing')
    expect(slipIn(command, ['--json'])).toBeUndefined()
    for (const verb of wordsOf(command).verbs) expect(slipIn(command, [verb])).toBeUndefined()
  },
)

test('values, paths and what comes after -- are no slips', async () => {
  const keys = await COMMANDS.find(({ name }) => name === 'keys')?.load()
  const traces = await COMMANDS.find(({ name }) => name === 'traces')?.load()
  if (!keys || !traces) throw new Error('missing')
  expect(slipIn(keys, ['create', '--description', '--odd'])).toBeUndefined()
  expect(slipIn(keys, ['--workspace', 'blue', 'list'])).toBeUndefined()
  expect(slipIn(keys, ['create', '--description=x', '--', '--y'])).toBeUndefined()
  expect(slipIn(traces, ['--project', 'gateway', 'show', 'x'])).toBeUndefined()
})

test('help, the list and the version are there as text and as JSON', async () => {
  expect((await cli('help', 'keys')).out).toContain('sluice keys rotate')
  expect(JSON.parse((await cli('keys', '--help', '--json')).out)).toMatchObject({ name: 'keys' })
  expect(JSON.parse((await cli('--help', '--json')).out)).toHaveLength(COMMANDS.length)
  expect((await cli('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/)
})

async function script(shell: string): Promise<string> {
  const out: string[] = []
  const context: CommandContext = {
    config: readConfig({}),
    world: testWorld(),
    json: false,
    out: (line) => out.push(line),
    err: () => {},
  }
  expect(await completion.run([shell], context)).toBe(0)
  return out.join('\n')
}

test('bash completes commands, verbs and options', async () => {
  const text = await script('bash')
  const complete = (...words: string[]): string[] => {
    const ask = `${text}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sluice; printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout, stderr } = Bun.spawnSync(['bash', '-c', ask, 'bash', 'sluice', ...words])
    expect(stderr.toString()).toBe('')
    return stdout.toString().split('\n').filter(Boolean)
  }
  expect(complete('')).toEqual([...COMMANDS.map(({ name }) => name), '--help', '--json'])
  expect(complete('st')).toEqual(['status'])
  expect(complete('keys', 'r')).toEqual(['rotate', 'revoke'])
  expect(complete('keys', 'create', '--des')).toEqual(['--description'])
  expect(complete('nonsense', '')).toEqual([])
})

test('the scripts of zsh and fish name every command, with quotes that hold', async () => {
  for (const shell of ['zsh', 'fish']) {
    const text = await script(shell)
    for (const { name } of COMMANDS) expect(text).toMatch(new RegExp(`(^|[' ])${name}[:) ]`, 'm'))
    expect(text.replaceAll("'\\''", '').replaceAll("\\'", '').split("'").length % 2).toBe(1)
  }
})
