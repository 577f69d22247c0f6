import type { Ask } from '../base/ask.ts'
import { servedMultiplier } from '../pricing/facts.ts'
import { type Price, STANDARD } from '../pricing/price.ts'

/**
 * Workspaces whose calls without a tier of their own were served, and billed, in a dearer one: their OpenAI project is set so. Nobody
 * can know before the first answer; from then on the bound of such calls is the dearest tier, as if they had asked for `auto`.
 */
const dear = new Set<string>()
/** Far more than one installation has; a few bytes each. */
const WORKSPACES_MAX = 10_000

/** Whether the caller leaves the tier to the project's setting. */
function isOpen({ serviceTier }: Ask): boolean {
  return serviceTier === undefined || serviceTier === 'auto'
}

/** The request with the tier that it may be served in, as far as earlier answers told. */
export function withSeenTier(ask: Ask, provider: string, workspaceId: string): Ask {
  if (provider !== 'openai' || !isOpen(ask) || !dear.has(workspaceId)) return ask
  return { ...ask, serviceTier: 'auto' }
}

/** Remembers the tier that an answer tells. */
export function noteTier(
  ask: Ask | undefined,
  { provider, model }: Price,
  workspaceId: string,
  served: string | undefined,
): void {
  if (provider !== 'openai' || served === undefined || !ask || !isOpen(ask)) return
  const { times, per } = servedMultiplier(provider, model, STANDARD, served)
  if (times <= per || dear.has(workspaceId)) return
  if (dear.size >= WORKSPACES_MAX) dear.clear()
  dear.add(workspaceId)
}
