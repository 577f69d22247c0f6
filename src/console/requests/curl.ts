/** What a command needs to know of a call. */
export interface Asked {
  readonly provider: string
  readonly dialect: string
  readonly method: string
  readonly path: string
  readonly stream: boolean
  readonly request_model: string | null
}

/**
 * The call as a command for a POSIX shell, with a stand-in for the key. What was said is not known here, so the body is a
 * small one of the same dialect.
 */
export function curlOf(call: Asked, gatewayUrl: string): string {
  const url = `${gatewayUrl}/${call.provider}${call.path}`
  const lines = [`curl ${quoted(url)}`, `-H 'authorization: Bearer '"$SLUICE_API_KEY"`]
  if (call.method !== 'GET') {
    if (call.method !== 'POST') lines.push(`-X ${quoted(call.method)}`)
    lines.push("-H 'content-type: application/json'", `-d ${quoted(JSON.stringify(bodyOf(call)))}`)
  }
  return lines.join(' \\\n  ')
}

function bodyOf({ dialect, request_model, stream }: Asked): object {
  const model = request_model === null ? {} : { model: request_model }
  if (dialect === 'gemini.generate') return { contents: [{ parts: [{ text: 'ping' }] }] }
  if (dialect === 'openai.responses') return { ...model, input: 'ping', stream }
  if (dialect === 'openai.embeddings') return { ...model, input: 'ping' }
  const limit = dialect === 'anthropic.messages' ? { max_tokens: 64 } : {}
  return { ...model, ...limit, stream, messages: [{ role: 'user', content: 'ping' }] }
}

/** As one word of a shell, whatever is in it: parts of it were sent by a caller. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'"'"'`)}'`
}
