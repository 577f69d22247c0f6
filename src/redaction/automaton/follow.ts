import type { Compiled } from './compile.ts'
import { START } from './gate.ts'
import { HEARD, UNKNOWN_AHEAD } from './layout.ts'
import type { Memory } from './memory.ts'
import { LITERAL_UNITS_MAX } from './window.ts'

/** Follows the automaton to `limit`. True when it stopped in front of it, behind something worth hearing. */
export function follow({ engine, gate, window }: Compiled, memory: Memory, limit: number): boolean {
  while (memory.position < limit) {
    memory.position = engine.run(memory.state, memory.position, limit, window.low, window.end)
    memory.state = engine.state()
    const reason = engine.reason()
    if (reason !== UNKNOWN_AHEAD) return reason === HEARD
    gate.next(memory.state, window.units[memory.position] ?? 0)
    if (memory.epoch !== gate.epoch) recall({ gate, window }, memory)
  }
  return false
}

/** Finds a state of a forgotten epoch again from the units in front, which decide it. */
export function recall({ gate, window }: Pick<Compiled, 'gate' | 'window'>, memory: Memory): void {
  if (memory.epoch === gate.epoch) return
  let state = START
  let at = Math.max(window.low, memory.position - LITERAL_UNITS_MAX)
  // Working out a state may end an epoch; so few units cannot end two.
  while (at < memory.position) state = gate.next(state, window.units[at++] ?? 0)
  memory.state = state
  memory.epoch = gate.epoch
}
