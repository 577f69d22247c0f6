import { proveFamily } from './family.ts'
import { gemini, geminiOlder } from './gemini.ts'

proveFamily(gemini)
proveFamily(geminiOlder)
