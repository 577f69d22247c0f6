import pino from 'pino'
import type { Log, LogFields } from '../base/world.ts'

/** Levels of `SLUICE_LOG_LEVEL`, from most to least. */
export const LOG_LEVELS = ['info', 'warn', 'error', 'silent'] as const

export type LogLevel = (typeof LOG_LEVELS)[number]

export interface LogOptions {
  /** `SLUICE_LOG_LEVEL`; anything unknown means `info`. */
  readonly level?: string | undefined
  /** Which program speaks: `gateway`, `exporter`, `supervisor`. */
  readonly program: string
  /** Takes whole lines; default: stdout. */
  readonly write?: ((line: string) => void) | undefined
}

/** Fields whose names alone say that they hold a secret: a slip of the pen must not become a leak. */
const SECRET_NAMES = ['authorization', 'cookie', 'key', 'token', 'secret', 'password', 'apiKey']
/** A field is a fact, not a document: longer text is cut. */
const FIELD_LENGTH_MAX = 4_000

/**
 * One JSON line per event: `time`, `level`, `program`, `event`, then the fields. Lines go out synchronously, so none is
 * lost at the end of the process, and without worker threads, which single-file builds cannot start.
 */
export function openLog(options: LogOptions): Log {
  const level = LOG_LEVELS.find((each) => each === options.level) ?? 'info'
  const logger = pino(
    {
      level,
      base: { program: options.program, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_NAMES, censor: '[secret]' },
    },
    options.write === undefined
      ? pino.destination({ dest: 1, sync: true })
      : { write: options.write },
  )
  return {
    info: (event, fields) => logger.info({ event, ...plain(fields) }),
    warn: (event, fields) => logger.warn({ event, ...plain(fields) }),
    error: (event, fields) => logger.error({ event, ...plain(fields) }),
  }
}

function plain(fields: LogFields | undefined): Record<string, unknown> {
  const line: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields ?? {})) {
    if (typeof value === 'bigint') line[name] = value.toString()
    else if (typeof value === 'string') line[name] = value.slice(0, FIELD_LENGTH_MAX)
    else if (value !== undefined) line[name] = value
  }
  return line
}
