import type { Service } from '../support/service.ts'
import { until } from '../support/world.ts'

/** What the gallery shows: a made-up company, so that no page of it is empty. */
export interface GalleryTown {
  /** A call that a cap blocked. */
  readonly blockedId: string
  /** A call that went through. */
  readonly callId: string
  readonly issueId: string
}

const MODELS = ['gpt-4o-mini', 'gpt-4o', 'gpt-4.1', 'o4-mini', 'gpt-4.1-mini']
const QUESTIONS = [
  'Summarise the minutes of the meeting.',
  'Ada Lovelace wrote from ada@example.com about her invoice.',
  'Write a test for the parser.',
]
const PEOPLE = [
  ['grace@example.com', 'Grace Hopper'],
  ['alan@example.com', 'Alan Turing'],
  ['katherine@example.com', 'Katherine Johnson'],
] as const
const ROUNDS = 12

/** Fills a fresh service with people, keys, policies, calls and what they led to. */
export async function buildGallery(service: Service): Promise<GalleryTown> {
  const make = async (path: string, body: unknown): Promise<Record<string, string>> => {
    const made = await service.admin('POST', path, body)
    if (made.status >= 300) throw new Error(`${path}: ${made.status} ${JSON.stringify(made.body)}`)
    return made.body
  }
  await service.admin('PATCH', '/orgs/current', { display_name: 'Analytical Engines' })
  const { body: roles } = await service.admin('GET', '/orgs/current/roles')
  const roleOf = (name: string): string =>
    roles.find((each: { name: string }) => each.name === name)?.id
  const caller = await make('/orgs/current/roles', {
    display_name: 'Gateway user',
    description: 'May call models',
    permissions: ['workspaces:read', 'gateway:invoke'],
  })
  for (const [email, full_name] of PEOPLE)
    await make('/orgs/current/members', { email, full_name, role_id: roleOf('ORGANIZATION_USER') })
  const keys: Record<string, string>[] = []
  for (const description of ['CI of team blue', 'Support assistant', 'Laptop of Grace'])
    keys.push(await make('/orgs/current/service-keys', { description, role_id: caller.id }))
  await make('/orgs/current/personal-access-tokens', {
    description: 'My laptop',
    user_id: (await service.admin('GET', '/orgs/current/members')).body.data[0].user_id,
  })
  const cap = (name: string, key: string, value: string | undefined, limit_usd: number) =>
    make('/platform/gateway-policies', {
      name,
      policy_type: 'spend_cap',
      subject_matchers: [{ key, value }],
      config: { window: 'daily', limit_usd },
    })
  await cap('R&D Spend Cap', 'workspace_id', service.first.workspaceId, 0.2)
  await cap('Cap of team blue', 'api_key_id', keys[0]?.id, 0.000_02)
  await make('/platform/gateway-policies', {
    name: 'Personal data stays here',
    policy_type: 'guard',
    subject_matchers: [{ key: 'workspace_id', value: service.first.workspaceId }],
    config: { detect: { pii: true, secrets: true } },
  })
  const ids: string[] = []
  const blocked: string[] = []
  for (let round = 0; round < ROUNDS; round++)
    for (const [index, key] of keys.entries()) {
      const response = await fetch(`${service.url}/openai/v1/chat/completions`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${key.key}`,
          'content-type': 'application/json',
          'x-session-id': `review-${(round % 4) + 1}`,
        },
        body: JSON.stringify({
          model: MODELS[(round + index) % MODELS.length],
          max_tokens: 400,
          messages: [{ role: 'user', content: QUESTIONS[(round + index) % QUESTIONS.length] }],
        }),
      })
      await response.text()
      const id = response.headers.get('x-gateway-request-id') ?? ''
      ;(response.status === 402 ? blocked : ids).push(id)
    }
  let issueId = ''
  await until('issues were made of the calls', async () => {
    const { body } = await service.admin('GET', '/issues')
    issueId = body?.data?.[0]?.id ?? ''
    return issueId !== ''
  })
  // Last: from here on every request would have to name its workspace.
  await make('/workspaces', { display_name: 'Research' })
  return { blockedId: blocked.at(-1) ?? '', callId: ids.at(-1) ?? '', issueId }
}
