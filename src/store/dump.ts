import { isJsonObject } from '../base/json.ts'
import type { AnySql, Database } from './database.ts'
import { appliedHashes } from './migrate.ts'

/** What an export holds, by its first line. */
interface Header {
  readonly sluice: 1
  /** The migrations of the exporting database: an import needs the same. */
  readonly migrations: readonly string[]
}

/** Rows fetched at once. */
const FETCH_ROWS = 1_000
/** Rows and text of one insert. */
const INSERT_ROWS = 1_000
const INSERT_UNITS_MAX = 4 * 1024 * 1024
/** A table's name has at most 63 bytes. */
const MARK_UNITS_MAX = 100
/** Filled by migrations and triggers; a number from elsewhere would only confuse the caches. */
const LEFT_OUT = ['changes']

/**
 * Gives a whole database as lines of JSON text: a header, then for each table a line with its name and one line a
 * row, as of one moment, and at the end how many. Values never pass through JavaScript's numbers. Gives how many rows there were.
 */
export async function exportRows(
  database: Database,
  write: (line: string) => void | Promise<void>,
): Promise<number> {
  const migrations = [...(await appliedHashes(database))].sort()
  const header: Header = { sluice: 1, migrations }
  await write(JSON.stringify(header))
  return database.sql.begin('isolation level repeatable read read only', async (sql) => {
    let rows = 0
    for (const table of await tablesInOrder(sql)) {
      await write(JSON.stringify({ table }))
      const name = quoted(table)
      await sql.unsafe(
        `declare "dump" no scroll cursor for select to_jsonb(t)::text as line from ${name} t`,
      )
      for (;;) {
        const batch = await sql.unsafe<{ line: string }[]>(`fetch ${FETCH_ROWS} from "dump"`)
        for (const { line } of batch) await write(line)
        rows += batch.length
        if (batch.length < FETCH_ROWS) break
      }
      await sql.unsafe('close "dump"')
    }
    await write(JSON.stringify({ rows }))
    return rows
  })
}

/**
 * Reads what {@link exportRows} wrote into a migrated database without an organisation, all or nothing. Throws with
 * a fix when the database is in use, or when the export is of another version or is cut short.
 */
export async function importRows(
  database: Database,
  lines: AsyncIterable<string>,
): Promise<number> {
  const here = [...(await appliedHashes(database))].sort()
  return database.sql.begin(async (sql) => {
    const [used] = await sql`select 1 from organizations limit 1`
    if (used)
      throw new Error(
        'the database is in use.\nFix: import into a new one (another SLUICE_DATA_DIR)',
      )
    let table: string | undefined
    let batch: string[] = []
    let size = 0
    let rows = 0
    let headed = false
    let promised: number | undefined
    const known = new Set(await tablesInOrder(sql))
    const flush = async (): Promise<void> => {
      if (table !== undefined && batch.length > 0) await insert(sql, table, batch)
      rows += batch.length
      batch = []
      size = 0
    }
    for await (const line of lines) {
      if (line === '') continue
      if (!headed) {
        demandSame(line, here)
        headed = true
        continue
      }
      const next = onlyMember(line, 'table')
      const last = onlyMember(line, 'rows')
      if (typeof last === 'number') promised = last
      else if (typeof next === 'string') {
        await flush()
        if (!known.has(next))
          throw new Error(`the export holds a table ${next} that is unknown here`)
        table = next
      } else {
        batch.push(line)
        size += line.length
        if (batch.length >= INSERT_ROWS || size > INSERT_UNITS_MAX) await flush()
      }
    }
    await flush()
    if (promised !== rows) throw new Error('the export is cut short')
    await raiseSequences(sql)
    return rows
  })
}

/** Every table, each after those it refers to. */
async function tablesInOrder(sql: AnySql): Promise<string[]> {
  const rows = await sql<{ name: string; needs: string[] }[]>`
    select c.relname as name,
           array(select distinct f.confrelid::regclass::text from pg_constraint f
                  where f.conrelid = c.oid and f.contype = 'f' and f.confrelid <> c.oid) as needs
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition
       and c.relname <> all(${LEFT_OUT}) order by c.relname`
  const ordered: string[] = []
  while (ordered.length < rows.length) {
    const ready = rows.filter(
      ({ name, needs }) => !ordered.includes(name) && needs.every((each) => ordered.includes(each)),
    )
    if (ready.length === 0) throw new Error('the tables refer to each other in a circle')
    ordered.push(...ready.map(({ name }) => name))
  }
  return ordered
}

async function insert(sql: AnySql, table: string, lines: readonly string[]): Promise<void> {
  const name = quoted(table)
  const columns = await sql<{ name: string }[]>`
    select attname as name from pg_attribute
     where attrelid = ${name}::regclass and attnum > 0 and not attisdropped and attgenerated = ''`
  const list = columns.map((column) => quoted(column.name)).join(', ')
  // Rows that a migration put there give way to the exported ones.
  await sql.unsafe(
    `insert into ${name} (${list}) overriding system value
     select ${list} from jsonb_populate_recordset(null::${name}, $1::text::jsonb)
     on conflict do nothing`,
    [`[${lines.join(',')}]`],
  )
}

/** The next generated number comes after the imported ones. */
async function raiseSequences(sql: AnySql): Promise<void> {
  const rows = await sql<{ table: string; column: string; sequence: string }[]>`
    select c.relname as table, a.attname as column,
           pg_get_serial_sequence(quote_ident(c.relname), a.attname) as sequence
      from pg_attribute a join pg_class c on c.oid = a.attrelid
      join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'public' and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
       and pg_get_serial_sequence(quote_ident(c.relname), a.attname) is not null`
  for (const { table, column, sequence } of rows)
    await sql.unsafe(
      `select setval($1::text::regclass, max(${quoted(column)})) from ${quoted(table)}
        having max(${quoted(column)}) is not null`,
      [sequence],
    )
}

function demandSame(line: string, here: readonly string[]): void {
  const header = parse(line)
  if (!isJsonObject(header) || header.sluice !== 1 || !Array.isArray(header.migrations))
    throw new Error('this is no export of Sluice')
  if (header.migrations.join() === here.join()) return
  throw new Error(
    'the export is of another version of Sluice.\n' +
      'Fix: import with the version that exported, then upgrade',
  )
}

/** The member of a line that has no other: how tables begin and how the export ends. No row is that short. */
function onlyMember(line: string, name: string): unknown {
  if (!line.startsWith(`{"${name}":`) || line.length > MARK_UNITS_MAX) return undefined
  const value = parse(line)
  return isJsonObject(value) && Object.keys(value).length === 1 ? value[name] : undefined
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw new Error('the export is damaged')
  }
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
