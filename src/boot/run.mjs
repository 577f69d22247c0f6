import { spawn } from 'node:child_process'
import { BootError } from './tell.mjs'

/** Output kept of a tool: its last words are what explains a failure. */
const OUTPUT_CHARS_MAX = 64 * 1024
/** No download of ours takes longer on a line that works at all. */
const TOOL_MS_MAX = 15 * 60_000

/** The tool that runs now, so that Ctrl-C during a download ends it too. */
let running

/** Ends the tool that is running, if any. */
export function stopTool() {
  running?.kill('SIGTERM')
}

/** Runs a tool to its end, silently. Gives `{ code, output }`; `code` is null when it could not be started. */
export function runTool(file, args, { cwd, env, limitMs = TOOL_MS_MAX } = {}) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    running = child
    let output = ''
    const keep = (bytes) => {
      output = (output + bytes).slice(-OUTPUT_CHARS_MAX)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    const limit = setTimeout(() => child.kill('SIGKILL'), limitMs)
    const finish = (code, text) => {
      clearTimeout(limit)
      if (running === child) running = undefined
      resolve({ code, output: text.trim() })
    }
    child.on('error', (error) => finish(null, String(error.message)))
    child.on('close', (code) => finish(code ?? 1, output))
  })
}

const CAUSES = [
  [
    /ENOSPC|No space left/i,
    'the disk is full',
    'free at least 1 GB (the packages and the database need about 600 MB), then run it again',
  ],
  [
    /EACCES|EROFS|EPERM|AccessDenied|permission denied|read-only/i,
    'a directory cannot be written',
    'run it as the owner of this directory, or make it writable: chown -R "$(id -u)" .',
  ],
  [
    /CERT|SELF_SIGNED|UNABLE_TO_GET_ISSUER|UNABLE_TO_VERIFY/,
    'the package registry’s certificate is not trusted',
    'point NODE_EXTRA_CA_CERTS at your organisation’s CA file, then run it again',
  ],
  [
    /\b40[13]\b|E40[13]|Unauthorized|Forbidden/,
    'the package registry refused the request',
    'check the registry and credentials in your .npmrc, then run it again',
  ],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network|ConnectionRefused|FailedToOpenSocket|DNSResolve|UnableToConnect|ConnectionClosed|Timeout/i,
    'there is no way to the package registry',
    'connect this machine for the first start (later starts need no network), or set registry and https-proxy in your .npmrc',
  ],
  [
    /EINTEGRITY|IntegrityCheckFailed|integrity/i,
    'a package is not the one that was pinned',
    'the registry or a proxy changed it: ask who runs them; nothing was installed',
  ],
  [
    /lockfile had changes|frozen/i,
    'package.json and bun.lock disagree',
    'run bun install once and commit bun.lock',
  ],
]

/** A tool's failure as a {@link BootError} whose fix fits what the tool said. */
export function toolError(what, output) {
  const detail = output.split('\n').slice(-12).join('\n')
  for (const [pattern, why, fix] of CAUSES) {
    if (pattern.test(output)) return new BootError(`${what} failed: ${why}`, fix, detail)
  }
  return new BootError(`${what} failed`, 'see the lines above; then run it again', detail)
}
