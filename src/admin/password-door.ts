import { Failure } from '../base/failure.ts'
import { type FailureThrottle, failureThrottle } from '../base/failure-throttle.ts'
import { LIMITS } from '../base/limits.ts'
import type { World } from '../base/world.ts'
import type { Mistake } from './route.ts'

/** Argon2id with 19 MiB, two passes, one lane. Source: OWASP Password Storage Cheat Sheet. */
const COST = { algorithm: 'argon2id', memoryCost: 19 * 1024, timeCost: 2 } as const
const DIFFERENT_CHARACTERS_MIN = 5

/** Hashes and checks passwords, a few at a time, and counts wrong ones per account. */
export interface PasswordDoor {
  /** The Argon2id hash in the PHC string format. Fails with `overloaded`. */
  hash(password: string): Promise<string>
  /** False also without a hash, after the same work: the time tells nobody whether there is one. Fails with `overloaded`. */
  matches(password: string, hash: string | undefined): Promise<boolean>
  /** Wrong passwords by account, whether it exists or not. */
  readonly accounts: FailureThrottle
}

/** The door of one process. */
export function passwordDoor(world: World): PasswordDoor {
  const inTurn = turns(LIMITS.passwordHashesAtOnceMax, LIMITS.passwordHashesWaitingMax)
  const hash = (password: string) => inTurn(() => Bun.password.hash(plain(password), COST))
  let standIn: Promise<string> | undefined
  return {
    hash,
    async matches(password, stored) {
      // Waited for by known and unknown accounts alike.
      standIn ??= hash(Buffer.from(world.dice.bytes(32)).toString('base64'))
      const other = await standIn.catch((cause) => {
        standIn = undefined
        throw cause
      })
      const right = await inTurn(() => Bun.password.verify(plain(password), stored ?? other))
      return right && stored !== undefined
    },
    accounts: failureThrottle(world.clock, {
      failuresMax: LIMITS.passwordFailuresMax,
      windowMs: LIMITS.passwordFailuresWindowMs,
      addressesMax: LIMITS.passwordAccountsMax,
    }),
  }
}

/** What is wrong with a new password; no mistakes when it will do. Never quotes it. */
export function passwordMistakes(
  password: string,
  email: string,
  pointer = '/password',
): readonly Mistake[] {
  const detail = refusalOf(plain(password), email)
  return detail === undefined ? [] : [{ in: 'body', pointer, detail }]
}

function refusalOf(password: string, email: string): string | undefined {
  if ([...password].length < LIMITS.passwordUnitsMin)
    return `Must have at least ${LIMITS.passwordUnitsMin} characters`
  if (Buffer.byteLength(password) > LIMITS.passwordBytesMax)
    return `Must have at most ${LIMITS.passwordBytesMax} bytes`
  if (new Set(password).size < DIFFERENT_CHARACTERS_MIN)
    return `Must have at least ${DIFFERENT_CHARACTERS_MIN} different characters`
  if (password.toLowerCase() === email.toLowerCase()) return 'Must not be the e-mail address'
  return undefined
}

/** The same key presses give different code points on different machines. Source: NIST SP 800-63B, 5.1.1.2. */
function plain(password: string): string {
  return password.normalize('NFKC')
}

/** Runs tasks a few at a time in their order. Fails with `overloaded` when too many wait. */
function turns(atOnceMax: number, waitingMax: number) {
  const waiting: (() => void)[] = []
  let running = 0
  return async <T>(task: () => Promise<T>): Promise<T> => {
    if (running >= atOnceMax) {
      if (waiting.length >= waitingMax)
        throw new Failure('overloaded', {
          says: 'Too many sign-ins at once: try again in a moment.',
          retryAfterMs: 1000,
        })
      // Who ends hands its turn over, so that nobody slips in between.
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else running++
    try {
      return await task()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}
