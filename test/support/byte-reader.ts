import type { Socket } from 'node:net'

/** Reads a socket by need: nothing is taken from the kernel beyond what is asked for plus one read. */
export interface ByteReader {
  /** Bytes up to and without `mark`, which is consumed; `undefined` when the socket ended first. */
  until(mark: string): Promise<Uint8Array | undefined>
  /** Exactly that many bytes; rejects when the socket ended first. */
  exactly(length: number): Promise<Uint8Array>
}

/** A pull reader over `socket`. */
export function byteReader(socket: Socket): ByteReader {
  let held: Buffer = Buffer.alloc(0)
  const pieces = socket[Symbol.asyncIterator]()
  const more = async (): Promise<Buffer | undefined> => {
    const next = await pieces.next().catch(() => undefined)
    return next === undefined || next.done ? undefined : Buffer.from(next.value)
  }
  return {
    async until(mark) {
      for (;;) {
        const at = held.indexOf(mark)
        if (at >= 0) {
          const found = held.subarray(0, at)
          held = held.subarray(at + mark.length)
          return found
        }
        const piece = await more()
        if (!piece) return undefined
        held = Buffer.concat([held, piece])
      }
    },
    async exactly(length) {
      const parts: Buffer[] = []
      let missing = length
      for (;;) {
        const taken = held.subarray(0, missing)
        parts.push(taken)
        missing -= taken.length
        held = held.subarray(taken.length)
        if (missing === 0) return parts.length === 1 ? taken : Buffer.concat(parts)
        const piece = await more()
        if (!piece) throw new Error('the connection ended inside a body')
        held = piece
      }
    },
  }
}
