import type { LabelDetector } from '../detector.ts'
import type { Appointment, Memory } from './memory.ts'
import type { Window } from './window.ts'

/** Finds out where the values of open words begin; those that have none are dropped. */
export function locateValues({ appointments }: Memory, window: Window): void {
  const { units } = window
  let kept = 0
  // Words that end together mostly share their value, and what a look at it says.
  let looked: LabelDetector['mayBegin']
  let lookedAt = -1
  let may = true
  for (const appointment of appointments) {
    if (appointment.value < 0) {
      const { entry, word } = appointment
      window.starved = false
      window.pass(word)
      const value = entry.label.locate(window, word, entry.word)
      if (window.starved) appointment.earliest = window.passed
      else if (value === undefined || value < word) continue
      else {
        const { mayBegin } = entry.label
        if (mayBegin !== undefined && (mayBegin !== looked || value !== lookedAt)) {
          looked = mayBegin
          lookedAt = value
          may = mayBegin(units, value, window.end)
        }
        if (mayBegin !== undefined && !may) continue
        appointment.value = value
      }
    }
    appointments[kept++] = appointment
  }
  appointments.length = kept
}

/** True when a value begins at `position`. */
export function isDue({ appointments }: Memory, position: number): boolean {
  for (let index = 0; index < appointments.length; index++)
    if (appointments[index]?.value === position) return true
  return false
}

/** The words whose value begins at `position`, in the order in which they are asked. */
export function dueAt({ appointments }: Memory, position: number): readonly Appointment[] {
  if (appointments.length === 1) return appointments
  const due = appointments.filter((a) => a.value === position)
  return due.length > 1 ? due.sort(bySpecificity) : due
}

/** Forgets the words in front of `position`: a match covers their values. */
export function dropBefore({ appointments }: Memory, position: number): void {
  let kept = 0
  for (const appointment of appointments)
    if (appointment.word >= position) appointments[kept++] = appointment
  appointments.length = kept
}

/** Forgets the words whose value begins at `position`. */
export function drop({ appointments }: Memory, position: number): void {
  let kept = 0
  for (const appointment of appointments)
    if (appointment.value !== position) appointments[kept++] = appointment
  appointments.length = kept
}

/** Secrets first, then detector by detector with its longest word in front: that one is asked. */
function bySpecificity(a: Appointment, b: Appointment): number {
  return a.entry.detector - b.entry.detector || b.entry.word.length - a.entry.word.length
}
