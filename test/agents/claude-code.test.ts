import { claudeCode } from './claude-code.ts'
import { proveAgent } from './prove.ts'
import { TASKS } from './tasks.ts'

proveAgent(claudeCode, TASKS)
