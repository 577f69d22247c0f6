import type { Ready } from './ready-file.ts'

export interface ScreenOptions {
  readonly ready: Ready
  readonly version: string
  /** Shown as is: where the data lies, which services are used, warnings. */
  readonly notes: readonly string[]
  /** True on a terminal that wants colour. */
  readonly colour: boolean
}

/** The lines that a person sees when `npm start` is ready. */
export function firstScreen({ ready, version, notes, colour }: ScreenOptions): string[] {
  const bold = paint(colour, '1')
  const dim = paint(colour, '2')
  const cyan = paint(colour, '36')
  const row = (label: string, value: string, hint = ''): string =>
    `  ${dim(label.padEnd(9))} ${cyan(value)}${hint === '' ? '' : `  ${dim(hint)}`}`
  const hint = ready.console_url.includes('token=') ? '(this link signs you in, once)' : ''
  return [
    '',
    `  ${bold(`Sluice ${version}`)} is ready`,
    '',
    row('Gateway', ready.url),
    row('Console', ready.console_url, hint),
    row('API', ready.swagger_url),
    row('Docs', `${ready.admin_url}/docs`),
    row('Key', ready.gateway_key),
    '',
    `  ${dim('Try it now; the built-in model needs no provider key:')}`,
    '',
    ...tryIt(ready).map((line) => `  ${line}`),
    '',
    ...notes.map((note) => `  ${dim(note)}`),
    '',
  ]
}

/** A command that works when pasted, in any POSIX shell. */
export function tryIt({ url, gateway_key }: Pick<Ready, 'url' | 'gateway_key'>): string[] {
  return [
    `curl -N ${url}/demo/v1/chat/completions \\`,
    `  -H 'authorization: Bearer ${gateway_key}' \\`,
    "  -H 'content-type: application/json' \\",
    `  -d '{"model":"demo/echo","stream":true,"messages":[{"role":"user","content":"Hello"}]}'`,
  ]
}

function paint(colour: boolean, code: string): (text: string) => string {
  return (text) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text)
}
