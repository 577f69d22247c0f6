import type { Profile } from '../profile.ts'

/** Plain OpenTelemetry: the names as they are, for a collector or any backend that reads the GenAI conventions. */
export const otel: Profile = {
  name: 'otlp',
  defaultEndpoint: undefined,
  path: '/v1/traces',
  headers: () => ({}),
  resource: () => ({}),
  attributes: (span) => span.attributes,
}
