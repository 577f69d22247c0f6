import type { Profile } from '../profile.ts'
import { datadog } from './datadog.ts'
import { langfuse } from './langfuse.ts'
import { langsmith } from './langsmith.ts'
import { otel } from './otel.ts'
import { phoenix } from './phoenix.ts'

/** Every backend that gets OTLP in its own words, by the name an operator writes. */
export const PROFILES: readonly Profile[] = [datadog, langfuse, langsmith, otel, phoenix]
