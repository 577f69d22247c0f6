import { Failure } from '../base/failure.ts'
import type { Principal } from '../base/permission.ts'
import { type Decision, decide } from '../policies/decide.ts'
import { customKeys, type Subject } from '../policies/match.ts'
import type { PolicySet } from '../policies/policy-set.ts'
import type { Price } from '../pricing/price.ts'
import type { GatewayDeps } from './deps.ts'
import type { Exchange } from './exchange.ts'
import type { ReadRequest } from './read-request.ts'
import type { Candidate } from './resolve-route.ts'

/** What the policies that match a call ask of the steps that follow. */
export interface Plan {
  readonly candidate: Candidate
  readonly subject: Subject
  /** What the requested model costs now; undefined when it has no price. */
  readonly price: Price | undefined
  readonly decision: Decision
  /** Decides anew by policies read again: those of `decision` have changed meanwhile. Fails like the step itself. */
  decideAgain(): Promise<Decision>
}

/**
 * All matching policies folded into one plan; amounts are the ledger's business alone.
 * Fails with `model_not_allowed`, `store_unavailable`.
 */
export async function checkPolicies(
  exchange: Exchange,
  read: ReadRequest,
  caller: Principal,
  candidate: Candidate,
  deps: GatewayDeps,
): Promise<Plan> {
  const provider = exchange.door.name
  const requestModel = read.ask.model
  const price =
    requestModel === undefined
      ? undefined
      : deps.prices
          .catalogOf(caller.organizationId)
          .priceFor(provider, requestModel, exchange.startedAtMs)
  const subject: Subject = {
    organizationId: caller.organizationId,
    workspaceId: caller.workspaceId,
    userId: caller.userId,
    keyId: caller.keyId,
    provider,
    model: price?.model ?? requestModel?.toLowerCase(),
    requestModel,
    custom: customKeys(exchange.request.headers),
  }
  const { method, headers } = exchange.request
  const reads = isRead(method) && !headers.has('upgrade')
  const decideBy = (set: PolicySet): Decision => {
    const decision = decide(set, subject, reads)
    exchange.policies = { matched: decision.matched, violated: decision.modelDenied }
    if (decision.modelDenied.length > 0) throw modelDenied(decision, requestModel)
    return decision
  }
  const organizationId = caller.organizationId
  const known = deps.policies.forOrganization(organizationId)
  return {
    candidate,
    subject,
    price,
    decision: decideBy(known instanceof Promise ? await known : known),
    async decideAgain() {
      deps.policies.forget(organizationId)
      return decideBy(await deps.policies.forOrganization(organizationId))
    },
  }
}

/** Calls that can neither cost anything nor change anything at the provider. */
export function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}

function modelDenied(decision: Decision, model: string | undefined): Failure {
  const names = decision.modelDenied.map((policy) => policy.name).join(', ')
  return new Failure('model_not_allowed', {
    says: `Request blocked by gateway policies: ${names}`,
    details: { model: model ?? null, policies: decision.modelDenied.map((each) => ({ ...each })) },
  })
}
