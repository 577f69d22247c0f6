/** What the ledger must say, by plain arithmetic over a list of calls. Knows nothing of accounts, batches or locks. */
export interface ModelCall {
  readonly id: string
  readonly key: string
  readonly model: string
  readonly day: number
  held: bigint
  posted: bigint
  state: 'live' | 'expired' | 'settled' | 'void'
}

export interface ModelCap {
  limit: bigint
  enabled: boolean
}

/** One organisation. Caps by scope: `all`, `key:<id>`, `model:<name>`; `default` gives each key one of its own. */
export interface Model {
  day: number
  readonly caps: Map<string, ModelCap>
  /** Keys that have a cap of their own out of `default`: made by the key's first call under it. */
  readonly children: Set<string>
  readonly calls: ModelCall[]
}

export function emptyModel(): Model {
  return { day: 0, caps: new Map(), children: new Set(), calls: [] }
}

export interface Sums {
  readonly spent: bigint
  readonly held: bigint
}

/** What a scope has used today: every call counts, also those made before the cap was. */
export function sumsOf(model: Model, scope: string): Sums {
  let spent = 0n
  let held = 0n
  for (const call of model.calls) {
    if (call.day !== model.day || !inScope(call, scope)) continue
    if (call.state === 'live') held += call.held
    else if (call.state === 'expired') spent += call.held
    else spent += call.posted
  }
  return { spent, held }
}

/**
 * `held`, 402 or 429: what a call of `cost` must be answered, and by which scopes. A hold that grows meets a default only
 * once its key has a cap out of it.
 */
export function verdictOf(
  model: Model,
  key: string,
  modelName: string,
  cost: bigint,
  grows = false,
): { readonly status: 200 | 402 | 429; readonly by: readonly string[] } {
  const by: string[] = []
  let final = false
  for (const [scope, cap] of capsFor(model, key, modelName, grows)) {
    const { spent, held } = sumsOf(model, scope)
    if (!cap.enabled || spent + held + cost <= cap.limit) continue
    by.push(scope)
    if (spent + cost > cap.limit) final = true
  }
  return { status: by.length === 0 ? 200 : final ? 402 : 429, by }
}

function capsFor(
  model: Model,
  key: string,
  modelName: string,
  grows: boolean,
): [string, ModelCap][] {
  const found: [string, ModelCap][] = []
  for (const scope of ['all', `model:${modelName}`]) {
    const cap = model.caps.get(scope)
    if (cap) found.push([scope, cap])
  }
  const byDefault = !grows || model.children.has(key) ? model.caps.get('default') : undefined
  const own = model.caps.get(`key:${key}`) ?? byDefault
  if (own) found.push([`key:${key}`, own])
  return found
}

function inScope(call: ModelCall, scope: string): boolean {
  return scope === 'all' || scope === `key:${call.key}` || scope === `model:${call.model}`
}
