import { Elysia } from 'elysia'

/** One part's state as `/readyz` shows it. */
export interface PartState {
  readonly ok: boolean
  readonly says: string
  /** False: the gateway serves without it (bus, exporter). */
  readonly required: boolean
}

export interface HealthDeps {
  readonly basePath: string
  readonly version: string
  /** Prometheus text. */
  metrics(): Promise<string>
  /** Every part by name; answers within its own deadline. */
  parts(): Promise<Readonly<Record<string, PartState>>>
  /** True once this process was told to stop: balancers must look away first. */
  draining(): boolean
}

const TEXT = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }
const JSON_TYPE = { 'content-type': 'application/json', 'cache-control': 'no-store' }

/** `/health`, `/healthz` (the process lives), `/readyz` (it can serve), `/metrics`, `/version`. */
export function healthRoutes(deps: HealthDeps) {
  const hidden = { detail: { tags: ['Health'], security: [] } }
  const alive = () => new Response('ok\n', { headers: TEXT })
  return new Elysia({ name: 'health', prefix: deps.basePath })
    .get('/health', alive, { detail: { ...hidden.detail, summary: 'The process is alive' } })
    .get('/healthz', alive, { detail: { ...hidden.detail, summary: 'The process is alive' } })
    .get('/version', () => Response.json({ name: 'sluice', version: deps.version }), {
      detail: { ...hidden.detail, summary: 'Name and version' },
    })
    .get(
      '/metrics',
      async () =>
        new Response(await deps.metrics(), { headers: { ...TEXT, 'content-type': METRICS_TYPE } }),
      { detail: { ...hidden.detail, summary: 'Metrics in the Prometheus text format' } },
    )
    .get('/readyz', () => readiness(deps), {
      detail: { ...hidden.detail, summary: 'Every part and whether the gateway can serve' },
    })
}

const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

async function readiness(deps: HealthDeps): Promise<Response> {
  const parts = await deps.parts()
  const draining = deps.draining()
  const ready = !draining && Object.values(parts).every((part) => part.ok || !part.required)
  const body = JSON.stringify({ ready, draining, parts })
  return new Response(body, { status: ready ? 200 : 503, headers: JSON_TYPE })
}
