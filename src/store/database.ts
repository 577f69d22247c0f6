import type { PgDatabase } from 'drizzle-orm/pg-core'
import {
  drizzle,
  type PostgresJsDatabase,
  type PostgresJsQueryResultHKT,
} from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import { Failure } from '../base/failure.ts'
import { LIMITS } from '../base/limits.ts'
import type { World } from '../base/world.ts'
import { storeFailure } from './store-failure.ts'

/** The driver's tagged template; also what a transaction is given. */
export type Sql = postgres.Sql<{ bigint: bigint }>
export type TransactionSql = postgres.TransactionSql<{ bigint: bigint }>
/** Statements that run alone or inside a transaction take this. */
export type AnySql = postgres.ISql<{ bigint: bigint }>

/** Drizzle on the pool or inside a transaction. */
export type Orm = PgDatabase<PostgresJsQueryResultHKT>

/** An open pool. Every query ends by its deadline; trouble with the store is `Failure('store_unavailable')`. */
export interface Database {
  readonly url: string
  readonly sql: Sql
  readonly orm: PostgresJsDatabase
  /** True when the store answers a query within a second. Never throws. */
  ping(): Promise<boolean>
  /** Waits shortly for running queries, then closes every connection. */
  close(): Promise<void>
}

export interface DatabaseOptions {
  /** `postgres://user:password@host:port/name` or `postgres://user@/name?host=/socket/dir`. */
  readonly url: string
  readonly world: World
  /** Connections; each costs the server about 2 MB. */
  readonly poolSize?: number
  /** Shown in `pg_stat_activity`. */
  readonly name?: string
  /** Deadline of every query, in milliseconds from the call. */
  readonly queryMs?: number
  /**
   * True for a pool that only runs the few statements of the hot path: each is planned once for a connection's life.
   * Without it the server plans statements with arrays anew at every call, which took it longer than running them
   * (measured: 2.5 ms for the end of one call, of which 0.6 ms were work).
   */
  readonly plansOnce?: boolean
}

/** Ten connections saturate a small server; the hot statements are batched and need two. */
const POOL_SIZE = 10
const CONNECT_SECONDS = 5
const CLOSE_SECONDS = 5
const PING_MS = 1_000
/** Between two attempts to connect: quick at first, so that a restarted server is found at once. */
const RECONNECT_SECONDS_MAX = 1

/**
 * A plan made while a table is small must serve when it is large: every table of the hot path is reached by its key, so
 * reading whole tables is ruled out.
 */
const PLANS_ONCE = { plan_cache_mode: 'force_generic_plan', enable_seqscan: 'off', jit: 'off' }

/** Opens a pool without connecting yet. Throws `TypeError` when the URL cannot be read. */
export function openDatabase(options: DatabaseOptions): Database {
  const { world } = options
  const sql = postgres({
    ...readUrl(options.url),
    max: options.poolSize ?? POOL_SIZE,
    connect_timeout: CONNECT_SECONDS,
    backoff: (attempts: number) =>
      Math.min(0.01 * 2 ** Math.min(attempts, 10), RECONNECT_SECONDS_MAX) *
      (0.5 + world.dice.fraction() / 2),
    query_timeout: options.queryMs ?? LIMITS.queryMs,
    failure: storeFailure,
    // Amounts are bigint from end to end: a float would lose nanodollars.
    types: { bigint: postgres.BigInt },
    connection: {
      application_name: options.name ?? 'sluice',
      TimeZone: 'UTC',
      ...(options.plansOnce ? PLANS_ONCE : {}),
    },
    onnotice: () => {},
  })
  return {
    url: options.url,
    sql,
    orm: drizzle(sql),
    async ping() {
      try {
        await Promise.race([sql`select 1`, late(world, PING_MS)])
        return true
      } catch {
        return false
      }
    },
    close: () => sql.end({ timeout: CLOSE_SECONDS }),
  }
}

interface Address {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly pass: string
  readonly ssl: boolean | 'require' | 'prefer' | 'allow' | 'verify-full'
}

/** Parses both forms of a PostgreSQL URL; the one with a socket directory is no URL to a browser. */
function readUrl(url: string): Address {
  const match = URL_FORM.exec(url)
  if (!match) throw new TypeError('DATABASE_URL is not a postgres:// URL')
  const [, login = '', place = '', name = '', query = ''] = match
  const search = new URLSearchParams(query)
  const [user = '', ...pass] = login.split(':')
  const [, host = '', port] = /^(.*?)(?::(\d+))?$/.exec(place) ?? []
  const number = Number(search.get('port') ?? port ?? 5432)
  if (!Number.isInteger(number) || number < 1 || number > 65_535)
    throw new TypeError('DATABASE_URL has no valid port')
  const database = decodeURIComponent(name) || decodeURIComponent(user) || 'postgres'
  return {
    host: search.get('host') ?? (decodeURIComponent(host).replace(/^\[|\]$/g, '') || 'localhost'),
    port: number,
    database,
    user: decodeURIComponent(user) || 'postgres',
    pass: decodeURIComponent(pass.join(':')),
    ssl: readSsl(search.get('sslmode')),
  }
}

const URL_FORM = /^postgres(?:ql)?:\/\/(?:([^@/]*)@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/

function readSsl(mode: string | null): Address['ssl'] {
  if (mode === null || mode === 'disable') return false
  if (mode === 'require' || mode === 'prefer' || mode === 'allow') return mode
  return 'verify-full'
}

function late(world: World, afterMs: number): Promise<never> {
  return new Promise((_, reject) => {
    world.clock.after(afterMs, () => reject(new Failure('store_unavailable')))
  })
}
