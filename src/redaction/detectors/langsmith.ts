import { token } from './token.ts'

/** Keys of LangSmith: personal and service (`lsv2_…`), and the older `ls__…`. Source: LangSmith documentation. */
export const langsmith = [
  token('langsmith-personal-token', 'lsv2_pt_', '[A-Za-z0-9]{32}', { disguises: true }),
  token('langsmith-service-key', 'lsv2_sk_', '[A-Za-z0-9]{32}', { disguises: true }),
  token('langsmith-legacy-key', 'ls__', '[a-f0-9]{32}'),
]
