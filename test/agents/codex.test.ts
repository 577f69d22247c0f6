import { codex } from './codex.ts'
import { proveAgent } from './prove.ts'
import { tasksFor } from './tasks.ts'

proveAgent(codex, tasksFor(codex))
