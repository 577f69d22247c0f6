import { claudeCode } from './claude-code.ts'
import { proveAgent } from './prove.ts'
import { tasksFor } from './tasks.ts'

proveAgent(claudeCode, tasksFor(claudeCode))
