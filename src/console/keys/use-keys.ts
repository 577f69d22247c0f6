import { useQuery } from '@tanstack/react-query'
import { api, ask } from '../client.ts'
import { useSession } from '../session.tsx'

/** Service keys belong to nobody, for programs; personal tokens to a person, with that person's rights. */
export type KeyKind = 'service' | 'personal'

const service = api.orgs.current['service-keys']
const personal = api.orgs.current['personal-access-tokens']

const list = (kind: KeyKind) => ask(kind === 'service' ? service.get() : personal.get())

/** A key as the API gives it, without its token. */
export type Key = Awaited<ReturnType<typeof list>>[number]

/** The keys of one kind that this person may see. */
export function useKeys(kind: KeyKind) {
  const { workspace } = useSession()
  return useQuery({ queryKey: ['keys', kind, workspace?.id], queryFn: () => list(kind) })
}

/** The two collections take the same questions about one key. */
export const keyRoutes = {
  change: (kind: KeyKind, id: string, body: { description?: string; deactivated?: boolean }) =>
    ask(kind === 'service' ? service({ id }).patch(body) : personal({ id }).patch(body)),
  remove: (kind: KeyKind, id: string) =>
    ask(kind === 'service' ? service({ id }).delete() : personal({ id }).delete()),
  rotate: (kind: KeyKind, id: string, overlapSeconds: number) => {
    const body = { overlap_seconds: overlapSeconds }
    return ask(
      kind === 'service' ? service({ id }).rotate.post(body) : personal({ id }).rotate.post(body),
    )
  },
  giveRole: (id: string, roleId: string) => ask(service({ id }).patch({ role_id: roleId })),
}

/** What a key is called on screen. */
export function nameOf(key: Key): string {
  return key.description === '' ? key.short_key : key.description
}

/** Whether a key works, in one word. */
export function stateOf(key: Key, now = Date.now()): 'active' | 'deactivated' | 'expired' {
  if (key.deactivated) return 'deactivated'
  return key.expires_at !== null && Date.parse(key.expires_at) <= now ? 'expired' : 'active'
}
