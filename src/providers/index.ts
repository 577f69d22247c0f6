import { anthropic } from './anthropic.ts'
import { demo } from './demo.ts'
import { gemini } from './gemini.ts'
import { openai } from './openai.ts'
import type { Provider } from './provider.ts'

/** Every door, in alphabetical order. */
export const PROVIDERS: readonly Provider[] = [anthropic, demo, gemini, openai]
