import { Elysia } from 'elysia'
import { AUDIT_ROUTES } from './audit-logs.ts'
import { CALL_ROUTES } from './calls.ts'
import { CONFIG_ROUTES } from './config-schema.ts'
import type { AdminDeps } from './deps.ts'
import { EXPORT_ROUTES } from './exports.ts'
import { IDENTITY_ROUTES } from './identity.ts'
import { ISSUE_ROUTES } from './issues.ts'
import { MEMBER_ROUTES } from './members.ts'
import { fallback, mount } from './mount.ts'
import { ORGANIZATION_ROUTES } from './organization.ts'
import { PARKED_ROUTES } from './parked.ts'
import { PASSWORD_ROUTES } from './passwords.ts'
import { PERSONAL_TOKEN_ROUTES } from './personal-tokens.ts'
import { POLICY_ROUTES } from './policies.ts'
import { POLICY_CHANGE_ROUTES } from './policy-changes.ts'
import { POLICY_TRIAL_ROUTES } from './policy-trial.ts'
import { PRICE_ROUTES } from './prices.ts'
import { REDACTION_ROUTES } from './redaction.ts'
import { REQUEST_ROUTES } from './requests.ts'
import { ROLE_ROUTES } from './roles.ts'
import type { Route } from './route.ts'
import { RUN_CONTENT_ROUTES } from './run-content.ts'
import { RUN_ROUTES } from './runs.ts'
import { SECRET_ROUTES } from './secrets.ts'
import { SERVICE_KEY_ROUTES } from './service-keys.ts'
import { SESSION_ROUTES } from './sessions.ts'
import { SIGN_IN_ROUTES } from './sign-in.ts'
import { documented } from './swagger.ts'
import { USAGE_ROUTES } from './usage.ts'
import { WORKSPACE_ROUTES } from './workspaces.ts'

/** Every resource of the control plane, in the order of the document. */
export const RESOURCES = {
  organization: ORGANIZATION_ROUTES,
  workspaces: WORKSPACE_ROUTES,
  roles: ROLE_ROUTES,
  members: MEMBER_ROUTES,
  serviceKeys: SERVICE_KEY_ROUTES,
  personalTokens: PERSONAL_TOKEN_ROUTES,
  secrets: SECRET_ROUTES,
  policies: POLICY_ROUTES,
  policyTrial: POLICY_TRIAL_ROUTES,
  policyChanges: POLICY_CHANGE_ROUTES,
  prices: PRICE_ROUTES,
  usage: USAGE_ROUTES,
  sessions: SESSION_ROUTES,
  runs: RUN_ROUTES,
  runContent: RUN_CONTENT_ROUTES,
  calls: CALL_ROUTES,
  requests: REQUEST_ROUTES,
  issues: ISSUE_ROUTES,
  exports: EXPORT_ROUTES,
  parked: PARKED_ROUTES,
  redaction: REDACTION_ROUTES,
  audit: AUDIT_ROUTES,
  config: CONFIG_ROUTES,
  signIn: SIGN_IN_ROUTES,
  passwords: PASSWORD_ROUTES,
  identity: IDENTITY_ROUTES,
} satisfies Readonly<Record<string, readonly Route[]>>

/**
 * The control plane as one Elysia instance: `/api/v1/*`, `/swagger`, `/swagger/json`, `/mcp`. It answers every path it is
 * handed, also the ones it does not know; hand it what `isAdminPath` names, through `handle`.
 */
export function adminApi(deps: AdminDeps) {
  const resources = Object.entries(RESOURCES).map(([name, routes]) => mount(name, routes, deps))
  const unknown = fallback(Object.values(RESOURCES).flat(), deps)
  // By default a Host of under four letters shifts where the path is taken to begin.
  const app = new Elysia({ name: 'sluice.admin', handler: { standardHostname: false } })
  // Elysia's own answers would show the message of whatever was thrown.
  app.onError(({ request }) => unknown(request))
  for (const each of resources) app.use(each)
  app.use(documented(deps, resources))
  // Loaded by the first agent that asks: the protocol's library takes memory that most gateway processes never need.
  let loaded: Promise<(request: Request) => Promise<Response>> | undefined
  const loading = () => {
    loaded ??= import('./mcp/server.ts').then(({ mcp }) => mcp(deps))
    return loaded
  }
  app.all(`${deps.basePath}/mcp`, async ({ request }) => (await loading())(request), {
    parse: 'none',
    detail: { hide: true },
  })
  return app
}
