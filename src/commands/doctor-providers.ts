import type { CommandContext } from './command.ts'
import type { Finding } from './doctor-machine.ts'

/** A provider that answers at all answers its front page in well under a second. */
const ANSWER_MS = 4_000
/** Certificates, tokens and the windows of caps bear a minute; more is a clock that nobody keeps. */
const SKEW_MS_MAX = 60_000

/** Whether each provider can be reached, by a name that resolves and a certificate that holds. */
export async function providers({ config, world }: CommandContext): Promise<Finding[]> {
  const asked = Object.entries(config.upstreams).map(([name, origin]) =>
    look(name, origin, () => world.clock.now()),
  )
  return (await Promise.all(asked)).flat()
}

async function look(provider: string, origin: URL, now: () => number): Promise<Finding[]> {
  const name = `provider ${provider}`
  try {
    const answer = await fetch(origin, {
      method: 'HEAD',
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_MS),
    })
    const atMs = now()
    const secure = origin.protocol === 'https:' ? ', its certificate holds' : ', without TLS'
    const says = `${origin.host} answers${secure}`
    return [{ name, state: 'ok', says }, ...skew(name, answer.headers.get('date'), atMs)]
  } catch (cause) {
    return [failed(name, origin, cause)]
  }
}

/** What a server says of the time has whole seconds and may come out of a cache: only much is told. */
function skew(name: string, date: string | null, atMs: number): Finding[] {
  const theirs = Date.parse(date ?? '')
  if (Number.isNaN(theirs) || Math.abs(theirs - atMs) < SKEW_MS_MAX) return []
  const seconds = Math.round((atMs - theirs) / 1000)
  const says = `this clock is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} it`
  return [{ name, state: 'problem', says, fix: 'keep the clock by NTP (timedatectl set-ntp true)' }]
}

function failed(name: string, origin: URL, cause: unknown): Finding {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (/CERT|SIGNATURE|ISSUER|TLS|SSL/i.test(code))
    return {
      name,
      state: 'problem',
      says: `${origin.host}: the certificate does not hold (${code})`,
      fix: 'set the clock; behind a proxy that opens TLS name its authority in NODE_EXTRA_CA_CERTS',
    }
  const late = cause instanceof Error && cause.name === 'TimeoutError'
  return {
    name,
    // Who never calls this provider needs no way to it.
    state: 'note',
    says: `${origin.host} cannot be reached${late ? ` within ${ANSWER_MS / 1000} s` : ''} (${code || 'no answer'})`,
    fix: 'check DNS, firewall and HTTPS_PROXY if calls to it are wanted',
  }
}
