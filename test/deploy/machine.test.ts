import { expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import packageJson from '../../package.json'
import { LIMITS } from '../../src/base/limits.ts'
import { VARIABLES } from '../../src/config.ts'
import { check } from './check.ts'

const DEPLOY = join(import.meta.dir, '../../deploy')
const read = (path: string): string => readFileSync(join(DEPLOY, path), 'utf8')
const units = readdirSync(join(DEPLOY, 'systemd')).filter((each) =>
  /\.(service|target)$/.test(each),
)
const services = units.filter((each) => each.endsWith('.service'))

test.each(services)('%s runs a program of ours, confined, with its environment by file', (name) => {
  const text = read(`systemd/${name}`)
  const [, program = ''] = /^ExecStart=\/usr\/local\/bin\/bun (\S+)/m.exec(text) ?? []
  expect(Bun.file(join(DEPLOY, '..', program)).size).toBeGreaterThan(0)
  for (const line of [
    'User=sluice',
    'EnvironmentFile=/etc/sluice/sluice.env',
    'NoNewPrivileges=yes',
    'CapabilityBoundingSet=',
    'ProtectSystem=strict',
    'PrivateDevices=yes',
    'SystemCallFilter=@system-service',
    'UMask=0077',
  ])
    expect(text).toContain(`\n${line}\n`)
  expect(text).not.toMatch(/SLUICE_MASTER_KEY|PASSWORD/)
  const stop = Number(/^TimeoutStopSec=(\d+)/m.exec(text)?.[1] ?? 90)
  expect(stop * 1000).toBeGreaterThan(LIMITS.drainMs + 10_000)
})

test('systemd finds nothing wrong with the units, and little exposed', () => {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-units-'))
  try {
    for (const name of units) {
      const instance = name.replace('@.', '@1.')
      writeFileSync(
        join(dir, instance),
        read(`systemd/${name}`).replaceAll('/usr/local/bin/bun', '/bin/true'),
      )
    }
    const paths = readdirSync(dir).map((name) => join(dir, name))
    const verified = check('systemd-analyze', ['verify', ...paths], dir)
    expect(verified ?? { code: 0, told: '' }).toEqual({ code: 0, told: '' })
    for (const path of paths.filter((each) => each.endsWith('.service'))) {
      const judged = check(
        'systemd-analyze',
        ['security', '--offline=true', '--threshold=20', path],
        dir,
      )
      expect(judged?.code ?? 0).toBe(0)
    }
  } finally {
    rmSync(dir, { recursive: true })
  }
})

test('every variable that the examples set is one that is read', () => {
  const known = new Set([...VARIABLES.map(({ name }) => name), 'POSTGRES_PASSWORD', 'SLUICE_BIND'])
  for (const file of ['systemd/sluice.env.example', 'compose.env.example'])
    for (const [, name = ''] of read(file).matchAll(/^#? ?([A-Z][A-Z_]+)=/gm))
      expect([file, known.has(name)]).toEqual([file, true])
})

test('compose runs each program confined, in its order, and publishes the gateway alone', () => {
  const { services: all, networks, volumes } = parse(read('compose.yaml'), { merge: true })
  expect(Object.keys(all).sort()).toEqual(
    ['cli', 'exporter', 'gateway', 'migrate', 'nats', 'nats-owner', 'postgres'].sort(),
  )
  for (const name of ['gateway', 'exporter', 'migrate', 'cli'])
    expect(all[name]).toMatchObject({
      user: '10001:10001',
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    })
  expect(Object.keys(all).filter((name) => all[name].ports)).toEqual(['gateway'])
  expect(all.gateway.ports[0]).toContain('127.0.0.1')
  expect(networks.inside.internal).toBe(true)
  for (const name of ['gateway', 'exporter']) {
    expect(all[name].depends_on.migrate.condition).toBe('service_completed_successfully')
    expect(all[name].environment.SLUICE_MASTER_KEY).toContain(':?')
    expect(Number.parseInt(all[name].stop_grace_period, 10) * 1000).toBeGreaterThan(LIMITS.drainMs)
    expect(all[name].volumes[0]).toEndWith(':/var/lib/sluice')
  }
  for (const { volumes: used = [] } of Object.values<{ volumes?: string[] }>(all))
    for (const each of used) expect(volumes).toHaveProperty(each.split(':')[0] ?? '')
  for (const name of ['postgres', 'nats', 'exporter'])
    expect(all[name].healthcheck.test).toBeTruthy()
})

test('the image is built from the pinned runtime and the lock file, and runs as nobody', () => {
  const text = read('Dockerfile')
  expect(text).toContain(`ARG BUN_VERSION=${packageJson.engines.bun}\n`)
  expect(text).toContain('bun install --frozen-lockfile --production')
  expect(text.lastIndexOf('USER 10001')).toBeGreaterThan(text.lastIndexOf('FROM'))
  const sent = read('Dockerfile.dockerignore')
    .split('\n')
    .filter((each) => each.startsWith('!'))
  const copied = [...text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, each = '']) =>
    each.split(' '),
  )
  for (const path of copied) {
    const [top = ''] = path.split('/')
    expect([path, sent.includes(`!${top}`)]).toEqual([path, true])
    expect(
      Bun.which('test') && Bun.spawnSync(['test', '-e', join(DEPLOY, '..', path)]).exitCode,
    ).toBe(0)
  }
})
