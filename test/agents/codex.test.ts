import { codex } from './codex.ts'
import { proveAgent } from './prove.ts'
import { TASKS } from './tasks.ts'

proveAgent(codex, TASKS)
