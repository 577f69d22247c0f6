import { codexOverSockets } from './codex.ts'
import { SOCKET_TASKS } from './codex-sockets.ts'
import { proveAgent } from './prove.ts'

proveAgent(codexOverSockets, SOCKET_TASKS)
