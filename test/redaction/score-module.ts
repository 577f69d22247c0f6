import { compileDetectors } from '../../src/redaction/automaton/compile.ts'
import { DETECTORS, SECRETS, STRUCTURED_PII } from '../../src/redaction/detectors/index.ts'
import { names } from '../../src/redaction/names/index.ts'
import { redactor } from '../../src/redaction/redact.ts'
import { scan } from '../../src/redaction/scan.ts'
import { vault } from '../../src/redaction/vault.ts'

/** The scorer's own `--kind`: each kind is scored with its own detectors; `--names` adds persons, places and groups. */
const kind = process.argv[process.argv.indexOf('--kind') + 1]
const chosen = kind === 'secret' ? SECRETS : kind === 'pii' ? STRUCTURED_PII : DETECTORS
const compiled = compileDetectors(process.argv.includes('--names') ? [...chosen, names] : chosen)

/** What the corpus scorer calls: findings of a whole text. */
export function detect(text: string): { start: number; end: number; entity: string }[] {
  return scan(compiled, text)
}

/** What the corpus scorer calls to compare cuttings. */
export function createRedactor(): { push(text: string): string; end(): string; held(): number } {
  return redactor(compiled, () => 'replace', vault({ key: new Uint8Array(32), scope: 'score' }))
}
