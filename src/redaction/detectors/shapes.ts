import { token } from './token.ts'

/** Secrets that are no issuer's own: signed tokens, private keys, credentials in URLs and headers. */
export const shapes = [
  token(
    'password-hash',
    '$2a$ $2b$ $2y$ $5$ $6$ $y$ $1$ $8$ $9$ $argon2id$ $argon2i$ $pbkdf2-sha256$',
    '[A-Za-z0-9./=,$+\\-]{20}',
    {
      tail: 'A-Za-z0-9./=,$+\\-',
      left: 'A-Za-z0-9$',
    },
  ),
  token('django-secret-key', 'django-insecure-', '[!-~]{20}', { tail: '!#-&(-_a-~' }),
  token('jwt', 'eyJ', '[A-Za-z0-9_\\-]{8,}\\.(eyJ|[A-Za-z0-9_\\-]{12})[A-Za-z0-9_\\-]{4}', {
    tail: 'A-Za-z0-9_.=+/\\-',
    check: isHeader,
  }),
  token('private-key', '-----BEGIN', '[ \\-][A-Z0-9 \\-]{0,24}PRIVATE KEY( BLOCK)?-----', {
    tail: 'A-Za-z0-9+/=\\n\\t ,:.()"\'#*>|\\\\_\\-',
    until: '-----END',
    left: '',
  }),
  token('putty-private-key', 'PuTTY-User-Key-File-', '[23]', {
    tail: 'A-Za-z0-9+/=\\n\\t ,:.()\\-',
  }),
]

/** Headers of signed tokens begin with an object whose first key is among these, so plain base64 JSON is none. */
function isHeader(value: string): boolean {
  const head = value.split('.')[0] ?? ''
  let text = ''
  try {
    text = atob(head.replaceAll('-', '+').replaceAll('_', '/'))
  } catch {
    return true
  }
  return /"(alg|typ|kid|enc|cty|x5t|jku|zip|crit|jwk|epk)"/.test(text)
}
