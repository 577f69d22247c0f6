import { anthropic, anthropicOlder } from './anthropic.ts'
import { proveFamily } from './family.ts'

proveFamily(anthropic)
proveFamily(anthropicOlder)
