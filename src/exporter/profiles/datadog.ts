import { ATTRIBUTES as A } from '../../telemetry/gen-ai.ts'
import type { Profile } from '../profile.ts'

/**
 * Datadog LLM Observability: reads the GenAI conventions from 1.37 on as they are; the resource's `service.name` is its `ml_app`.
 * The endpoint depends on the site, so it must be given. Source: Datadog's page on OpenTelemetry instrumentation, 2026-11.
 */
export const datadog: Profile = {
  name: 'datadog',
  defaultEndpoint: undefined,
  path: '/v1/traces',
  headers: ({ apiKey }) => ({
    ...(apiKey === undefined ? {} : { 'dd-api-key': apiKey }),
    'dd-otlp-source': 'llmobs',
  }),
  resource: () => ({}),
  attributes({ attributes }) {
    const session = attributes[A.conversation]
    return session === undefined ? attributes : { ...attributes, 'session.id': session }
  },
}
