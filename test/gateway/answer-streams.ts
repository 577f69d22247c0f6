import fc from 'fast-check'

/** `bytes` in pieces, cut at `cuts` (any numbers). */
export function cutInto(bytes: Uint8Array, cuts: readonly number[]): readonly Uint8Array[] {
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  return [...at, bytes.length].map((end, index) => bytes.subarray(at[index - 1] ?? 0, end))
}

const newline = fc.constantFrom('\n', '\n', '\n', '\r\n', '\r')
const event = fc.constantFrom('', '', 'event: message', ': a comment', 'id: 7')
/** A byte that no UTF-8 text holds, in place of a letter. */
const broken = fc.constantFrom(undefined, undefined, undefined, 0xff, 0xc3)

const word = fc.oneof(
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
  fc.constantFrom(
    '""',
    '"a"',
    '"\\u00e9"',
    '"\\n\\t\\"\\\\"',
    '" na\u00efve"',
    '"\\x"',
    '"a',
    '7',
    '12',
    '01',
  ),
)
const kindOfFrame = (frame: fc.Arbitrary<string>) => fc.tuple(frame, event, newline)

/** Streams of a few kinds of frames made like `frame`, in any order, each time with other words. */
export function streamsOf(frame: fc.Arbitrary<string>): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(
      fc.array(kindOfFrame(frame), { minLength: 1, maxLength: 3 }),
      fc.array(fc.tuple(fc.nat(2), word, broken), { minLength: 8, maxLength: 40 }),
    )
    .map(([kinds, frames]) =>
      Buffer.concat(
        frames.map(([which, text, byte]) => {
          const [like, name, end] = kinds[which % kinds.length] ?? ['', '', '\n']
          const data = like.replace(/"a"|" word"|"\u00e9\u{1f600}"|\b7\b/u, () => text)
          const lines = [...(name === '' ? [] : [name]), `data: ${data.replaceAll('\n', ' ')}`]
          const bytes = Buffer.from([...lines, '', ''].join(end))
          const letter = bytes.lastIndexOf('a')
          if (byte !== undefined && letter > 0) bytes[letter] = byte
          return bytes
        }),
      ),
    )
}
