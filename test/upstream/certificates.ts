import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A throw-away authority and a certificate it signed for `localhost` and 127.0.0.1, as PEM texts. */
export interface Certificates {
  readonly ca: string
  readonly key: string
  readonly cert: string
  /** Signed by the same authority for the name `elsewhere.test` only. */
  readonly elsewhere: { readonly key: string; readonly cert: string }
}

/** Makes certificates with the `openssl` program, valid for a day. */
export function makeCertificates(): Certificates {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-tls-'))
  const path = (name: string): string => join(dir, name)
  const openssl = (...args: string[]): void => {
    const done = Bun.spawnSync(['openssl', ...args], { stdout: 'ignore', stderr: 'pipe' })
    if (!done.success) throw new Error(`openssl ${args[0]}: ${done.stderr.toString()}`)
  }
  const text = (name: string): string => readFileSync(path(name), 'utf8')
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-batch']
  const signed = (name: string, alternatives: string): { key: string; cert: string } => {
    const [key, request, cert] = [path(`${name}.key`), path(`${name}.csr`), path(`${name}.crt`)]
    writeFileSync(path(`${name}.ext`), `subjectAltName=${alternatives}`)
    openssl('req', ...newKey, '-keyout', key, '-out', request, '-subj', `/CN=${name}`)
    openssl(
      ...['x509', '-req', '-in', request, '-CA', path('ca.crt'), '-CAkey', path('ca.key')],
      ...['-CAcreateserial', '-days', '1', '-extfile', path(`${name}.ext`), '-out', cert],
    )
    return { key: text(`${name}.key`), cert: text(`${name}.crt`) }
  }
  try {
    openssl(
      ...['req', '-x509', ...newKey, '-days', '1', '-keyout', path('ca.key')],
      ...['-out', path('ca.crt'), '-subj', '/CN=Throw-away'],
    )
    return {
      ca: text('ca.crt'),
      ...signed('localhost', 'DNS:localhost,IP:127.0.0.1'),
      elsewhere: signed('elsewhere', 'DNS:elsewhere.test'),
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
