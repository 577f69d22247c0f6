import { expect, test } from 'bun:test'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const ROOT = dirname(dirname(import.meta.dir))

async function redact(input: string, ...args: string[]) {
  const child = Bun.spawn([process.execPath, 'src/cli.ts', 'redact', ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', SLUICE_DATA_DIR: '/nowhere/at/all' },
    stdin: new Blob([input]),
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ])
  return { code: await child.exited, out, err }
}

function policyFile(config: unknown): string {
  const path = join(mkdtempSync(join(tmpdir(), 'redact-')), 'guard.json')
  writeFileSync(path, JSON.stringify(config))
  return path
}

test('without a policy everything is found and replaced, names too', async () => {
  const { code, out } = await redact('My name is Ann Miller, ann@example.com.\n')
  expect(code).toBe(0)
  expect(out).toMatch(
    /^My name is \[SAFE_TO_USE:PERSON_\w{8}\], \[SAFE_TO_USE:EMAIL_ADDRESS_\w{8}\]\.\n$/,
  )
})

test('a policy file is read as the gateway reads a guard: operators by detector, allowed values, own words', async () => {
  const path = policyFile({
    detect: { pii: true },
    detectors: { EMAIL_ADDRESS: 'mask', 'ipv4-address': 'drop' },
    direction: 'response',
    custom: [
      { id: 'public', allow: ['help@example.com'] },
      { id: 'project', entity: 'PROJECT', words: ['Blue Heron'] },
    ],
  })
  const text = 'Blue Heron: ann@example.com, help@example.com from 8.69.237.21'
  const { out } = await redact(text, '--policy', path)
  expect(out).toMatch(/^\[SAFE_TO_USE:PROJECT_\w{8}\]: \*{8}, help@example\.com from $/)
  const shown = await redact(text, '--policy', path, '--findings')
  const found = shown.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(found.map(({ start, end }) => text.slice(start, end))).toEqual([
    'Blue Heron',
    'ann@example.com',
    '8.69.237.21',
  ])
})

test('a policy that would refuse the text says so beside the output, line by line too', async () => {
  const path = policyFile({ detect: { secrets: true }, operator: 'block' })
  const token = `ghp_${'q7Zk0fX9bW2n'.repeat(3)}`
  const { code, err } = await redact(token, '--policy', path)
  expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining('would refuse') })
  const lines = await redact(
    `{"id":1,"text":"x"}\n{"id":2,"text":"${token}"}\n`,
    '--jsonl',
    '--policy',
    path,
  )
  expect(lines.err).toContain('line 2')
  expect(
    lines.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).findings.length),
  ).toEqual([0, 1])
})

test('a policy with mistakes is refused with the place of each', async () => {
  const path = policyFile({ detect: { pii: true }, custom: [{ id: 'a', pattern: 'a+' }] })
  const { code, out, err } = await redact('x', '--policy', path)
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err).toContain('/custom/0/pattern')
})

test('all of a large text comes out, however slowly it is read', async () => {
  const line = `${'all is well here. '.repeat(4)}\n`
  const input = line.repeat(20_000)
  const child = Bun.spawn([process.execPath, 'src/cli.ts', 'redact'], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', SLUICE_DATA_DIR: '/nowhere/at/all' },
    stdin: new Blob([input]),
    stdout: 'pipe',
    stderr: 'ignore',
  })
  let units = 0
  for await (const piece of child.stdout) {
    units += piece.length
    // Others get their turn: the command is far ahead by now.
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(await child.exited).toBe(0)
  expect(units).toBe(input.length)
})
