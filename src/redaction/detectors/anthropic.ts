import { token } from './token.ts'

/** Keys of Anthropic: `sk-ant-<kind><version>-…` (API, admin, OAuth access and refresh). */
export const anthropic = [
  token(
    'anthropic-api-key',
    'sk-ant-',
    '[A-Za-z0-9]{3,8}-[A-Za-z0-9_\\-]{20}|[A-Za-z0-9_\\-]{32}',
    { disguises: true },
  ),
]
