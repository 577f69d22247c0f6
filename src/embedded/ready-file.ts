import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { textMember } from '../base/json.ts'
import { writeWhole } from './run-file.ts'
import type { Pids } from './supervisor.ts'

/** What `npm start` tells scripts: the content of `ready.json`, in the contract's own field names. */
export interface Ready {
  readonly url: string
  readonly admin_url: string
  readonly console_url: string
  readonly swagger_url: string
  readonly organization_id: string
  readonly workspace_id: string
  readonly gateway_key: string
  readonly admin_key: string
  readonly pids: Pids
}

/** The keys of the first start, which keep their value for the life of the data directory. */
export interface FirstKeys {
  readonly adminKey: string
  readonly gatewayKey: string
}

/** Writes `ready.json` (0600): it exists exactly while the gateway serves. */
export function writeReady(dataDir: string, ready: Ready): void {
  writeWhole(join(dataDir, 'ready.json'), JSON.stringify(ready, null, 2))
}

/** The text of `ready.json` as one line; undefined when there is none. */
export function readReadyLine(dataDir: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(readFileSync(join(dataDir, 'ready.json'), 'utf8')))
  } catch {
    return undefined
  }
}

/** Removes `ready.json`: the gateway does not serve any more. */
export function removeReady(dataDir: string): void {
  rmSync(join(dataDir, 'ready.json'), { force: true })
}

/** Keeps the first keys (0600) apart from `ready.json`, which goes when the gateway stops. */
export function writeFirstKeys(dataDir: string, keys: FirstKeys): void {
  writeWhole(join(dataDir, 'first-keys.json'), JSON.stringify(keys, null, 2))
}

/** The keys of the first start; undefined at the first start or when the file cannot be read. */
export function readFirstKeys(dataDir: string): FirstKeys | undefined {
  try {
    const found: unknown = JSON.parse(readFileSync(join(dataDir, 'first-keys.json'), 'utf8'))
    const adminKey = textMember(found, 'adminKey')
    const gatewayKey = textMember(found, 'gatewayKey')
    return adminKey && gatewayKey ? { adminKey, gatewayKey } : undefined
  } catch {
    return undefined
  }
}
