import { newId } from '../../../src/base/id.ts'
import type { Database } from '../../../src/store/database.ts'
import { testWorld } from '../../support/world.ts'

/** The usual way: each request in a transaction of its own, with the pool that the database was opened with. */
export function transactionPerRequest(database: Database): () => Promise<void> {
  const world = testWorld()
  const ready = prepare(database)
  return async () => {
    await ready
    await database.sql.begin(async (sql) => {
      const rows = await sql`
        select id, used, cap from bench_budgets where id in (1, 2, 3, 4) order by id for update`
      for (const row of rows)
        if (BigInt(row['used']) + 1_000n > BigInt(row['cap'])) throw new Error('no room')
      await sql`update bench_budgets set used = used + 1000 where id in (1, 2, 3, 4)`
      await sql`insert into bench_holds (id, nanos, state) values (${newId(world)}, 1000, 0)`
    })
  }
}

async function prepare(database: Database): Promise<void> {
  await database.sql`create table if not exists bench_budgets (id int primary key, used bigint not null, cap bigint not null)`
  await database.sql`create table if not exists bench_holds (id uuid primary key, nanos bigint not null, state smallint not null)`
  await database.sql`
    insert into bench_budgets select n, 0, 9000000000000000000 from generate_series(1, 4) n on conflict do nothing`
}
