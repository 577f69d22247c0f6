import {
  closeSync,
  createReadStream,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { createGunzip, gzipSync } from 'node:zlib'
import { type Database, openDatabase } from '../store/database.ts'
import { exportRows, importRows } from '../store/dump.ts'
import { migrate } from '../store/migrate.ts'
import type { Command, CommandContext } from './command.ts'
import { table } from './table.ts'
import { withDatabaseUrl } from './with-store.ts'

/** A batch of an import may be large, and nobody waits for it. */
const QUERY_MS = 600_000
/** Text gathered before it is packed: each piece is a gzip member of its own, which gunzip reads as one. */
const PIECE_UNITS = 1024 * 1024

/** Moves a whole database between servers and PostgreSQL versions. */
export const db: Command = {
  name: 'db',
  summary: 'export, import or measure the database',
  usage: [
    'sluice db export FILE   everything as gzipped lines of JSON, as of one moment',
    'sluice db import FILE   into a database without an organization, all or nothing',
    'sluice db size          rows and bytes of each table',
    'Provider secrets stay sealed: keep master.key (or SLUICE_MASTER_KEY) with the export.',
  ].join('\n'),
  async run(args, context) {
    const [verb, file, ...rest] = args
    const needsFile = verb === 'export' || verb === 'import'
    if (rest.length > 0 || needsFile !== (file !== undefined) || (!needsFile && verb !== 'size')) {
      context.err(db.usage)
      return 2
    }
    return withDatabaseUrl(context, async (url) => {
      if (verb === 'import') await migrate(url, context.world)
      const { world } = context
      const name = 'sluice-db'
      const database = openDatabase({ url, world, poolSize: 1, queryMs: QUERY_MS, name })
      try {
        if (verb === 'size') return await size(database, context)
        const rows = await (verb === 'export'
          ? write(database, file ?? '')
          : read(database, file ?? ''))
        context.out(
          context.json
            ? JSON.stringify({ rows })
            : `${rows} rows ${verb === 'export' ? 'written' : 'read'}`,
        )
        return 0
      } finally {
        await database.close()
      }
    })
  },
}

/** Writes beside the file and renames when it is whole: an old export is never half replaced. */
async function write(database: Database, file: string): Promise<number> {
  const draft = `${file}.part`
  const target = openSync(draft, 'w', 0o600)
  try {
    let piece = ''
    const pack = (): void => {
      writeSync(target, gzipSync(piece))
      piece = ''
    }
    const rows = await exportRows(database, (line) => {
      piece += `${line}\n`
      if (piece.length > PIECE_UNITS) pack()
    })
    pack()
    fsyncSync(target)
    renameSync(draft, file)
    return rows
  } catch (cause) {
    rmSync(draft, { force: true })
    throw cause
  } finally {
    closeSync(target)
  }
}

function read(database: Database, file: string): Promise<number> {
  return importRows(database, linesOf(file))
}

/** The file's lines. Throws what reading or unpacking it throws. */
async function* linesOf(file: string): AsyncGenerator<string> {
  const source = createReadStream(file)
  const unpacked = source.pipe(createGunzip())
  // A pipe hands on data and the end, but no error.
  source.once('error', (cause) => unpacked.destroy(cause))
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let rest = ''
  for await (const bytes of unpacked) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  yield rest + decoder.decode()
}

async function size(database: Database, context: CommandContext): Promise<number> {
  const rows = await database.sql<{ table: string; rows: number; bytes: number }[]>`
    select relname as table, greatest(reltuples, 0)::float8 as rows,
           pg_total_relation_size(c.oid)::float8 as bytes
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'public' and c.relkind in ('r', 'p')
     order by pg_total_relation_size(c.oid) desc, relname`
  if (context.json) context.out(JSON.stringify(rows))
  else {
    const cells = rows.map((row) => [row.table, `${row.rows}`, `${Math.ceil(row.bytes / 1024)}`])
    for (const line of table([['TABLE', 'ROWS (ABOUT)', 'KB'], ...cells])) context.out(line)
  }
  return 0
}
