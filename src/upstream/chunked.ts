/** Where the body bytes of one readable event lie, after framing has been taken out. */
export interface BodyReader {
  /**
   * Takes `bytes` from `from` on. Body bytes are moved together inside `bytes`, which is therefore
   * overwritten; afterwards they lie at `start`..`end`. False when the framing is broken.
   */
  take(bytes: Uint8Array, from: number): boolean
  readonly start: number
  readonly end: number
  /** True once the body has ended; bytes from `rest` on belong to nobody. */
  readonly ended: boolean
  readonly rest: number
}

/** Longer size lines are no chunk sizes but an attack: extensions are skipped, not stored. */
const SIZE_LINE_BYTES_MAX = 1024
/** Trailers are dropped; this bounds how long a provider can keep sending them. */
const TRAILER_BYTES_MAX = 16 * 1024
/** A single chunk of a tebibyte is a lie; also keeps the arithmetic exact. */
const CHUNK_BYTES_MAX = 2 ** 40

const SIZE = 0
const EXTENSION = 1
const SIZE_LF = 2
const DATA = 3
const DATA_CR = 4
const DATA_LF = 5
const LINE_START = 6
const TRAILER = 7
const TRAILER_LF = 8
const LAST_LF = 9
const ENDED = 10

const CR = 13
const LF = 10

/**
 * Takes the chunked transfer coding (RFC 9112 §7.1) out in place: one readable event stays one run of
 * bytes however many chunks it held, so that the relay writes once per event. Bare line feeds are refused.
 */
export function chunkedBody(): BodyReader {
  let state = SIZE
  /** While in SIZE the value so far, while in DATA what is missing. */
  let size = 0
  let digits = 0
  let lineBytes = 0
  let trailerBytes = 0
  const reader = { start: 0, end: 0, ended: false, rest: 0, take }

  /** One byte of framing; false when it must not stand there. */
  function step(byte: number): boolean {
    switch (state) {
      case SIZE: {
        const digit = hexDigit(byte)
        if (digit >= 0) {
          size = size * 16 + digit
          return ++digits <= 16 && size <= CHUNK_BYTES_MAX
        }
        if (digits === 0) return false
        lineBytes = digits
        state = byte === CR ? SIZE_LF : EXTENSION
        return byte === CR || byte === 59 || byte === 32 || byte === 9
      }
      case EXTENSION:
        if (byte === CR) state = SIZE_LF
        return byte !== LF && ++lineBytes <= SIZE_LINE_BYTES_MAX
      case SIZE_LF:
        state = size === 0 ? LINE_START : DATA
        return byte === LF
      case DATA_CR:
        state = DATA_LF
        return byte === CR
      case DATA_LF:
        state = SIZE
        size = 0
        digits = 0
        return byte === LF
      case LINE_START:
        state = byte === CR ? LAST_LF : TRAILER
        return byte !== LF && ++trailerBytes <= TRAILER_BYTES_MAX
      case TRAILER:
        if (byte === CR) state = TRAILER_LF
        return byte !== LF && ++trailerBytes <= TRAILER_BYTES_MAX
      case TRAILER_LF:
        state = LINE_START
        return byte === LF
      default:
        state = ENDED
        return byte === LF
    }
  }

  /**
   * The common case, a line end and a plain size line, in one go (half the time of single steps when a
   * read holds 200 chunks); anything else, or anything cut, is left to the steps. Gives where to go on.
   */
  function betweenChunks(bytes: Uint8Array, from: number): number {
    state = DATA_CR
    if (bytes.length - from < 5 || bytes[from] !== CR || bytes[from + 1] !== LF) return from
    let next = 0
    let at = from + 2
    for (; at < from + 8; at++) {
      const digit = hexDigit(bytes[at] ?? 0)
      if (digit < 0) break
      next = next * 16 + digit
    }
    if (next === 0 || bytes[at] !== CR || bytes[at + 1] !== LF) return from
    state = DATA
    size = next
    return at + 2
  }

  function take(bytes: Uint8Array, from: number): boolean {
    let at = from
    reader.start = from
    reader.end = from
    while (at < bytes.length) {
      if (state === DATA) {
        const count = Math.min(size, bytes.length - at)
        // The first run stays where it lies; later ones close up behind it.
        if (reader.end === reader.start) reader.start = reader.end = at
        else bytes.copyWithin(reader.end, at, at + count)
        reader.end += count
        size -= count
        at += count
        if (size === 0) at = betweenChunks(bytes, at)
        continue
      }
      if (!step(bytes[at] ?? 0)) return false
      at++
      if (state === ENDED) {
        reader.ended = true
        reader.rest = at
        return true
      }
    }
    return true
  }
  return reader
}

/** A body of `length` bytes. */
export function lengthBody(length: number): BodyReader {
  let missing = length
  const reader: { -readonly [Key in keyof BodyReader]: BodyReader[Key] } = {
    start: 0,
    end: 0,
    ended: length === 0,
    rest: 0,
    take(bytes, from) {
      const count = Math.min(missing, bytes.length - from)
      missing -= count
      reader.start = from
      reader.end = from + count
      reader.rest = reader.end
      reader.ended = missing === 0
      return true
    },
  }
  return reader
}

/** A body that ends with the connection. */
export function untilCloseBody(): BodyReader {
  const reader: { -readonly [Key in keyof BodyReader]: BodyReader[Key] } = {
    start: 0,
    end: 0,
    ended: false,
    rest: 0,
    take(bytes, from) {
      reader.start = from
      reader.end = bytes.length
      return true
    },
  }
  return reader
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48
  const lower = byte | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}
