import { verifyAudit } from '../store/audit-reads.ts'
import type { Command } from './command.ts'
import { withStore } from './with-store.ts'

/** Recomputes the chains of the audit log. */
export const audit: Command = {
  name: 'audit',
  summary: 'check that the audit log is whole',
  usage: [
    'sluice audit verify   recomputes every chain; 1 when a row was changed, removed or cut off',
    'Entries are read at GET /api/v1/audit-logs.',
  ].join('\n'),
  run(args, context) {
    if (args.length !== 1 || args[0] !== 'verify') {
      context.err(audit.usage)
      return Promise.resolve(2)
    }
    return withStore(context, async (database) => {
      const verdict = await verifyAudit(database.orm)
      const { organizations, rows, broken } = verdict
      if (context.json) context.out(JSON.stringify(verdict))
      else if (broken.length === 0)
        context.out(`✓ ${rows} entries of ${organizations} organisation(s), every chain is whole`)
      else
        for (const { organizationId, seq, why } of broken)
          context.out(`✗ organisation ${organizationId}, entry ${seq}: ${why}`)
      return broken.length === 0 ? 0 : 1
    })
  },
}
