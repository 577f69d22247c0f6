import { CALL_TOOLS } from './call-tools.ts'
import { DOCS_TOOLS } from './docs-tools.ts'
import { MODEL_TOOLS } from './model-tools.ts'
import { SPEND_TOOLS } from './spend-tools.ts'
import type { Tool } from './tool.ts'
import { WRITE_TOOLS } from './write-tools.ts'

/** Every tool of the MCP server, in the order clients see. */
export const TOOLS: readonly Tool[] = [
  ...DOCS_TOOLS,
  ...CALL_TOOLS,
  ...SPEND_TOOLS,
  ...MODEL_TOOLS,
  ...WRITE_TOOLS,
]
