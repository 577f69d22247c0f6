import { migrate as runMigrations } from '../store/migrate.ts'
import type { Command } from './command.ts'
import { withDatabaseUrl } from './with-store.ts'

/** Brings the schema up to date. */
export const migrate: Command = {
  name: 'migrate',
  summary: 'bring the database schema up to date',
  usage:
    'sluice migrate   applies what is missing; safe to run at any time and from several machines',
  async run(args, context) {
    if (args.length > 0) {
      context.err(migrate.usage)
      return 2
    }
    return withDatabaseUrl(context, async (url) => {
      const { applied, known } = await runMigrations(url, context.world)
      if (context.json) context.out(JSON.stringify({ applied, known }))
      else if (applied === 0) context.out(`The schema is current (${known} migrations).`)
      else context.out(`Applied ${applied} of ${known} migrations.`)
      return 0
    })
  },
}
