import { Failure } from '../base/failure.ts'

/**
 * Bytes of an unfinished frame; grows by doubling, so that many small chunks cost linear time. Past `bytesMax`
 * both functions throw `Failure('upstream_broke')`: a provider that sends a giant line is broken.
 */
export function heldBytes(bytesMax: number) {
  let buffer = new Uint8Array(0)
  let size = 0

  function keep(chunk: Uint8Array, from: number, to = chunk.length): void {
    const needed = size + to - from
    if (needed > bytesMax) throw tooLarge(bytesMax)
    if (needed > buffer.length) {
      const grown = new Uint8Array(Math.min(bytesMax, Math.max(needed, buffer.length * 2, 512)))
      grown.set(buffer.subarray(0, size))
      buffer = grown
    }
    buffer.set(chunk.subarray(from, to), size)
    size = needed
  }

  return {
    keep,
    size: () => size,
    /** Everything held followed by `[from, to)` of `chunk`; nothing is held after. */
    complete(chunk: Uint8Array, from: number, to: number): Uint8Array {
      if (size === 0) {
        if (to - from > bytesMax) throw tooLarge(bytesMax)
        return chunk.subarray(from, to)
      }
      keep(chunk, from, to)
      const bytes = buffer.subarray(0, size)
      // The memory is the frame's now: whoever writes it out may still be reading it.
      buffer = new Uint8Array(0)
      size = 0
      return bytes
    },
  }
}

function tooLarge(bytesMax: number): Failure {
  return new Failure('upstream_broke', {
    inside: `a stream frame is larger than ${bytesMax} bytes`,
  })
}
