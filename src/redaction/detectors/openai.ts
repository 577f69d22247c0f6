import { token } from './token.ts'

/** Keys of OpenAI: `sk-` with the marker in the middle, project, service-account and admin keys. */
export const openai = [
  token('openai-api-key', 'sk-', '[A-Za-z0-9]{16,}T3BlbkFJ[A-Za-z0-9]{16}|[A-Za-z0-9]{40}'),
  token(
    'openai-project-key',
    'sk-proj- sk-svcacct- sk-admin- sk-None- sk-service-',
    '[A-Za-z0-9_\\-]{20}',
    { disguises: true },
  ),
]
