import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib'
import { Failure } from '../base/failure.ts'
import { LIMITS } from '../base/limits.ts'

type Decoder = (
  bytes: Uint8Array,
  options: { maxOutputLength: number },
  done: (cause: Error | null, plain: Buffer) => void,
) => void

const DECODERS: Readonly<Record<string, Decoder>> = {
  gzip: gunzip,
  'x-gzip': gunzip,
  deflate: inflate,
  br: brotliDecompress,
  zstd: zstdDecompress,
}

/**
 * Decodes a compressed body so that something can read it, bounded by `LIMITS.requestBodyInflatedBytesMax`
 * (a bomb of 200 KB grows to 300 MB otherwise).
 * Fails with `unsupported_media_type`, `body_too_large`, `invalid_request`.
 */
export async function inflateBody(bytes: Uint8Array, encoding: string): Promise<Uint8Array> {
  const name = encoding.trim().toLowerCase()
  const decoder = Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined
  if (!decoder)
    throw new Failure('unsupported_media_type', {
      says: 'This content encoding cannot be read: send gzip, br, zstd, deflate or none.',
    })
  return new Promise((resolve, reject) => {
    decoder(bytes, { maxOutputLength: LIMITS.requestBodyInflatedBytesMax }, (cause, plain) => {
      if (!cause) return resolve(plain)
      const tooLarge = 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE'
      reject(
        new Failure(tooLarge ? 'body_too_large' : 'invalid_request', {
          says: tooLarge
            ? 'The decompressed request body is larger than this gateway accepts.'
            : 'The request body does not match its content encoding.',
          inside: cause,
        }),
      )
    })
  })
}
