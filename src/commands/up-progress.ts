import type { CommandContext } from './command.ts'

/** What is being waited for. */
export interface ProgressLine {
  show(text: string): void
  clear(): void
}

/** One line that is replaced on a terminal, plain lines elsewhere; always on stderr. */
export function progressLine(context: CommandContext): ProgressLine {
  const isTerminal = process.stderr.isTTY === true
  return {
    show(text) {
      if (isTerminal) process.stderr.write(`\r\x1b[K  ${text} …`)
      else context.err(text)
    },
    clear() {
      if (isTerminal) process.stderr.write('\r\x1b[K')
    },
  }
}
