import { describe, expect, test } from 'bun:test'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'nats'
import type { Log } from '../../src/base/world.ts'
import { natsVersion, obtainNats, startNats } from '../../src/embedded/nats.ts'
import { freeze } from '../support/freeze.ts'
import { natsBinary, testNats } from '../support/nats.ts'
import { until } from '../support/world.ts'

const log: Log = { info() {}, warn() {}, error() {} }

function temporary(): string {
  return mkdtempSync(join(tmpdir(), 'sluice-nats-'))
}

describe('an embedded nats-server', () => {
  test('keeps strangers out and its configuration private', async () => {
    const nats = await testNats()
    const { host } = new URL(nats.url)
    await expect(connect({ servers: host })).rejects.toThrow(/authorization/i)
    for (const file of ['nats.conf', 'identity.json'])
      expect(statSync(join(nats.dataDir, file)).mode & 0o777).toBe(0o600)
    await nats.stop()
  })

  test('keeps address, token and what it stored over a kill', async () => {
    const nats = await testNats()
    const before = nats.url
    const token = new URL(before).username
    const connection = await connect({ servers: new URL(before).host, token })
    await (await connection.jetstreamManager()).streams.add({ name: 'KEPT', subjects: ['kept'] })
    await connection.jetstream().publish('kept', 'stays')
    await connection.close()
    await nats.kill()
    await nats.restart()
    expect(nats.url).toBe(before)
    const again = await connect({ servers: new URL(nats.url).host, token })
    const info = await (await again.jetstreamManager()).streams.info('KEPT')
    expect(info.state.messages).toBe(1)
    await again.close()
    await nats.stop()
  })

  test('takes another port when a stranger holds its own', async () => {
    const nats = await testNats()
    const port = Number(new URL(nats.url).port)
    await nats.kill()
    const stranger = Bun.listen({
      hostname: '127.0.0.1',
      port,
      socket: { open: (socket) => void socket.write('INFO {"server_name":"x"}\r\n'), data() {} },
    })
    await nats.restart()
    expect(Number(new URL(nats.url).port)).not.toBe(port)
    stranger.stop(true)
    await nats.stop()
  })

  test('stop ends it also while it is frozen', async () => {
    const dataDir = temporary()
    const server = await startNats({ binary: await natsBinary(), dataDir, log })
    await freeze(server.pid)
    await server.stop()
    await until('the process is gone', () => !isAlive(server.pid))
    rmSync(dataDir, { recursive: true, force: true })
  }, 120_000)

  test('a binary that cannot start is an error that says why', async () => {
    const dataDir = temporary()
    const binary = join(dataDir, 'broken')
    writeFileSync(binary, '#!/bin/sh\nexit 3\n')
    chmodSync(binary, 0o755)
    await expect(startNats({ binary, dataDir, log })).rejects.toThrow(
      'nats-server did not start: exit code 3',
    )
    rmSync(dataDir, { recursive: true, force: true })
  })
})

describe('obtaining nats-server', () => {
  test('finds the one in the cache without any tool on PATH', async () => {
    const cacheDir = temporary()
    const binary = await natsBinary()
    await Bun.$`mkdir -p ${cacheDir}/nats && cp ${binary} ${cacheDir}/nats/nats-server`.quiet()
    expect(await obtainNats({ cacheDir, log, env: { PATH: '/nowhere' } })).toBeDefined()
    expect(await natsVersion(join(cacheDir, 'nats', 'nats-server'))).toMatch(/^\d+\.\d+\.\d+$/)
    rmSync(cacheDir, { recursive: true, force: true })
  })

  test('with empty package lists reads them into a directory of its own, never the system’s', async () => {
    const cacheDir = temporary()
    const tools = join(cacheDir, 'tools')
    // Stands in for apt-get: fails without lists, writes down how it was called.
    await Bun.write(
      join(tools, 'apt-get'),
      `#!/bin/sh\necho "$@" >> ${cacheDir}/calls\n[ -e ${cacheDir}/updated ] || ` +
        `{ case "$*" in *update*) touch ${cacheDir}/updated;; *) exit 100;; esac; }\n`,
    )
    await Bun.write(join(tools, 'dpkg-deb'), '#!/bin/sh\nexit 1\n')
    for (const tool of ['apt-get', 'dpkg-deb']) chmodSync(join(tools, tool), 0o755)
    const hidden = { PATH: tools }
    const lines: string[] = []
    const progress = (line: string) => lines.push(line)
    const options = { cacheDir, log, env: hidden, systemPath: '', progress }
    expect(await obtainNats(options)).toBeUndefined()
    const calls = readFileSync(join(cacheDir, 'calls'), 'utf8').trim().split('\n')
    expect(
      calls.map((call) => call.split(' ').find((word) => /^(download|update)$/.test(word))),
    ).toEqual(['download', 'update', 'download'])
    if (process.getuid?.() !== 0) expect(calls[1]).toContain(`Dir::State::Lists=${cacheDir}`)
    expect(lines.length).toBeGreaterThan(0)
    rmSync(cacheDir, { recursive: true, force: true })
  })
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
