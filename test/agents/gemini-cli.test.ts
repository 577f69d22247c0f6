import { geminiCli } from './gemini-cli.ts'
import { proveAgent } from './prove.ts'
import { tasksFor } from './tasks.ts'

proveAgent(geminiCli, tasksFor(geminiCli))
