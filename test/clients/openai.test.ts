import { proveFamily } from './family.ts'
import { openAi } from './openai.ts'

proveFamily(openAi)
