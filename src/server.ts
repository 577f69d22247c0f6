import { systemClock } from './base/clock.ts'
import { systemDice } from './base/dice.ts'
import { readConfig } from './config.ts'
import { attach } from './embedded/attachment.ts'
import { ensureRuntime } from './runtime.ts'
import { serve } from './serve.ts'
import { openLog } from './telemetry/log.ts'

// The program `bun src/server.ts`: one gateway process, configured by the environment alone.
ensureRuntime(import.meta.path)
const log = openLog({ program: 'gateway' })
const world = { clock: systemClock, dice: systemDice, log }
process.on('uncaughtException', (cause) => log.error('uncaught', { cause: String(cause.stack) }))
process.on('unhandledRejection', (cause) => log.error('unhandled', { cause: String(cause) }))
const running = await serve(readConfig(process.env), world)
const line = attach({
  stop: async (reason) => {
    log.info('gateway.draining', { reason })
    await running.stop()
  },
})
line.ready()
log.info('gateway.ready', { port: running.port })
