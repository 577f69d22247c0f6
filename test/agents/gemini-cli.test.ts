import { geminiCli } from './gemini-cli.ts'
import { proveAgent } from './prove.ts'
import { TASKS } from './tasks.ts'

proveAgent(geminiCli, TASKS)
