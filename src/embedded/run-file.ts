import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isJsonObject, member, numberMember, textMember } from '../base/json.ts'
import type { ProcessRecord } from './process-table.ts'

/** Who runs on a data directory, for `status`, `down` and for clearing up after a killed supervisor. */
export interface RunFile {
  readonly supervisor: ProcessRecord
  readonly url: string
  readonly parts: readonly PartRecord[]
}

export interface PartRecord extends ProcessRecord {
  /** `postgres`, `nats`, `gateway-1`, `exporter`. */
  readonly name: string
}

/** Writes `run.json` whole or not at all. */
export function writeRunFile(dataDir: string, run: RunFile): void {
  writeWhole(join(dataDir, 'run.json'), JSON.stringify(run, null, 2))
}

/** The last `run.json`, whether its processes live or not; undefined when there is none that can be read. */
export function readRunFile(dataDir: string): RunFile | undefined {
  try {
    const found: unknown = JSON.parse(readFileSync(join(dataDir, 'run.json'), 'utf8'))
    const supervisor = recordIn(member(found, 'supervisor'))
    const url = textMember(found, 'url')
    const list = member(found, 'parts')
    if (!supervisor || url === undefined || !Array.isArray(list)) return undefined
    const parts: PartRecord[] = []
    for (const each of list) {
      const record = recordIn(each)
      const name = textMember(each, 'name')
      if (record && name !== undefined) parts.push({ ...record, name })
    }
    return { supervisor, url, parts }
  } catch {
    return undefined
  }
}

/** Removes `run.json` after a clean end. */
export function removeRunFile(dataDir: string): void {
  rmSync(join(dataDir, 'run.json'), { force: true })
}

/** Replaces a file (0600) in one step, so that a reader sees the old or the new one. */
export function writeWhole(path: string, text: string): void {
  const fresh = `${path}.${process.pid}`
  writeFileSync(fresh, `${text}\n`, { mode: 0o600 })
  renameSync(fresh, path)
}

function recordIn(value: unknown): ProcessRecord | undefined {
  const pid = numberMember(value, 'pid')
  const started = textMember(value, 'started')
  return isJsonObject(value) && pid !== undefined && started !== undefined
    ? { pid, started }
    : undefined
}
