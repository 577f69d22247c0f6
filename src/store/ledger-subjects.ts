import { LRUCache } from 'lru-cache'
import type { LedgerSubject } from '../policies/ledger-port.ts'
import type { AnySql } from './database.ts'
import { storableJson } from './storable.ts'

/** Ids of subjects. A subject's row never changes, so a known id stays right. */
export interface SubjectIds {
  /** The ids of the subjects, in order; unknown ones are written first, in a commit of their own. */
  of(sql: AnySql, subjects: readonly LedgerSubject[]): Promise<readonly number[]>
}

/** Ids kept per process: about 20 MB; a key with a header value per customer makes one for each. */
const KNOWN_MAX = 50_000

const INSERT = `
  insert into ledger_subjects
    (organization_id, workspace_id, user_id, key_id, provider, model, request_model, custom, digest)
  select organization_id, workspace_id, user_id, key_id, provider, model, request_model, custom, digest
    from json_to_recordset($1::text::json) as given(organization_id uuid, workspace_id uuid, user_id uuid,
      key_id uuid, provider text, model text, request_model text, custom jsonb, digest text)
   order by digest
  on conflict (digest) do nothing`

const SELECT = `
  select id, digest from ledger_subjects
   where digest in (select json_array_elements_text($1::text::json))`

/** An id cache over one database. */
export function subjectIds(): SubjectIds {
  const known = new LRUCache<string, number>({ max: KNOWN_MAX })
  return {
    async of(sql, subjects) {
      const missing = new Map<string, LedgerSubject>()
      let last: LedgerSubject | undefined
      let lastFound: string | number = ''
      const found = subjects.map((subject) => {
        // Many calls of a batch are by one subject; seeing that is much cheaper than naming it.
        if (last && isSame(last, subject)) return lastFound
        const text = subjectText(subject)
        const id = known.get(text)
        if (id === undefined) missing.set(text, subject)
        last = subject
        lastFound = id ?? text
        return lastFound
      })
      if (missing.size > 0) await learn(sql, missing, known)
      return found.map((each) => {
        const id = typeof each === 'number' ? each : known.get(each)
        if (id === undefined) throw new Error('a subject of the ledger was not written')
        return id
      })
    },
  }
}

async function learn(
  sql: AnySql,
  missing: ReadonlyMap<string, LedgerSubject>,
  known: LRUCache<string, number>,
): Promise<void> {
  const rows = [...missing].map(([text, subject]) => ({
    text,
    organization_id: subject.organizationId,
    workspace_id: subject.workspaceId,
    user_id: subject.userId,
    key_id: subject.keyId,
    provider: subject.provider,
    model: subject.model,
    request_model: subject.requestModel,
    custom: Object.fromEntries(subject.custom),
    digest: digestOf(text),
  }))
  await sql.unsafe(INSERT, [storableJson(rows)], { prepare: true })
  const digests = JSON.stringify(rows.map(({ digest }) => digest))
  const found = await sql.unsafe<{ id: bigint; digest: string }[]>(SELECT, [digests], {
    prepare: true,
  })
  const ids = new Map(found.map(({ id, digest }) => [digest, Number(id)]))
  for (const { text, digest } of rows) {
    const id = ids.get(digest)
    if (id !== undefined) known.set(text, id)
  }
}

/** False also for two that are the same but have custom facts: those are compared by their text. */
function isSame(a: LedgerSubject, b: LedgerSubject): boolean {
  return (
    a.keyId === b.keyId &&
    a.model === b.model &&
    a.requestModel === b.requestModel &&
    a.provider === b.provider &&
    a.userId === b.userId &&
    a.workspaceId === b.workspaceId &&
    a.organizationId === b.organizationId &&
    a.custom.length === 0 &&
    b.custom.length === 0
  )
}

/** One text per distinct subject; the order of its custom keys does not matter. */
function subjectText(subject: LedgerSubject): string {
  let text = `${subject.organizationId}\n${subject.workspaceId}\n${subject.keyId}\n${subject.userId ?? ''}`
  // Only these three hold text of callers; the others are ids, which no separator can be in.
  text += `\n${subject.provider}\n${JSON.stringify([subject.model, subject.requestModel])}`
  return subject.custom.length === 0 ? text : text + JSON.stringify(subject.custom)
}

function digestOf(text: string): string {
  return new Bun.CryptoHasher('sha256').update(text).digest('hex')
}
