import { ALNUM, isIn, unitClass } from '../automaton/classes.ts'
import type { Match, Reader } from '../detector.ts'
import { isName, isRandom, isReference, isStandIn, lookAt } from './look.ts'
import {
  CAP,
  isPlain,
  isTooLittle,
  LOOSE,
  LOOSE_STOPS,
  MAY_BEGIN_UNITS,
  NAME_ENDS,
  namesAttribute,
  ODD_UNITS_MIN,
  operatorBefore,
  readValue,
  STOPS,
} from './value-text.ts'

/** Quoted values may hold anything up to their quote. */
const QUOTED = new Map(
  [0x22, 0x27, 0x60].map((quote) => [
    quote,
    { units: unitClass(`^${String.fromCharCode(quote)}\\n`) },
  ]),
)
const TAIL = { units: unitClass('A-Za-z0-9+/=_.~%$#^\\-') }
/** A value that fills the whole bound goes on to whatever ends a value. */
const LONG_TAIL = { units: unitClass('^ \\t\\n"\'`,;)\\]}<>|&') }

/** False when {@link judgeSecret} can say nothing but no: the run of units that begins here is short, without digit or capital. */
export function mayBeSecret(units: Uint16Array, position: number, end: number): boolean {
  for (let at = position; at < position + MAY_BEGIN_UNITS; at++) {
    if (at >= end) return true
    const unit = units[at] ?? 0
    if (unit === 0x20 || unit === 0x0a || unit === 0x09 || unit > 127) return false
    // A bracket may begin a placeholder, which reads as a letter.
    if ((unit >= 0x30 && unit <= 0x39) || (unit >= 0x41 && unit <= 0x5b)) return true
  }
  return true
}

/** The verdict on the value at `position` behind a word that says it is secret. */
export function judgeSecret(
  text: Reader,
  position: number,
  word: string,
  password: boolean,
  [tiedMin, looseMin]: readonly [number, number],
): Match | undefined {
  const before = text.at(position - 1)
  const quote = before === 0x22 || before === 0x27 || before === 0x60 ? before : 0
  const operator = operatorBefore(text, quote === 0 ? position : position - 1)
  if (isPlain(text, position, quote === 0 ? NAME_ENDS : STOPS)) return undefined
  const tied = operator !== 0 || word === 'identified by'
  const unitsMin = tied ? tiedMin : looseMin
  if (isTooLittle(text, position, { quote, tied, password, unitsMin })) return undefined
  const read = readValue(text, position, quote)
  // `"token": {"expires_in": …`: what stands in front of a colon is a name itself.
  if (quote !== 0 && text.at(position + read.length + 1) === 0x3a) return undefined
  const value = quote === 0 ? read.replace(/[.:*]+$/, '') : read
  const found = (end: number): Match => ({
    start: position,
    end,
    tail: QUOTED.get(quote) ?? (end - position < CAP ? TAIL : LONG_TAIL),
  })
  // An argument without quotes is a variable.
  if (operator === 0x28 && quote === 0) return undefined
  // `<add key="NAME" value="…">`: the attribute names, the next one holds.
  if (quote !== 0 && word === 'key' && namesAttribute(text, position + read.length))
    return undefined
  if (
    isValue(value, text.at(position + read.length), {
      quote,
      tied,
      word,
      password,
      unitsMin,
      glued: isIn(ALNUM, before),
    })
  )
    return found(position + (quote === 0 ? heapUnits(text, position, value) : value.length))
  if (quote !== 0 || !tied || !isIn(LOOSE, text.at(position + read.length))) return undefined
  const heap = readValue(text, position, 0, LOOSE_STOPS)
  if (heap.length < 12 || isStandIn(heap) || isReference(heap)) return undefined
  if (isOdd(heap, 8)) return found(position + heap.length)
  if (hasStrayCloser(heap) && isRandom(heap, 14)) return found(position + heap.length)
  return !isCode(heap, 0) && isRandom(heap, 14) && !/[()]/.test(heap)
    ? found(position + heap.length)
    : undefined
}

/** A closing bracket that nothing opened, in the middle: no code and no sentence, but a heap of symbols. */
function hasStrayCloser(heap: string): boolean {
  let open = 0
  for (let index = 0; index < heap.length; index++) {
    const unit = heap[index] ?? ''
    if ('([{'.includes(unit)) open++
    else if (')]}'.includes(unit) && --open < 0)
      return /^[)\]}]*[A-Za-z0-9]/.test(heap.slice(index))
  }
  return false
}

/** Units of an accepted value together with what goes on behind a stray bracket. */
function heapUnits(text: Reader, position: number, value: string): number {
  const next = text.at(position + value.length)
  if (next !== 0x29 && next !== 0x5d && next !== 0x7d) return value.length
  const heap = readValue(text, position, 0, LOOSE_STOPS)
  return hasStrayCloser(heap) && isRandom(heap, 14) ? heap.length : value.length
}

/** How the value stands in its text. */
interface Circumstances {
  readonly quote: number
  readonly tied: boolean
  readonly word: string
  readonly password: boolean
  readonly unitsMin: number
  readonly glued: boolean
}

function isValue(value: string, after: number, at: Circumstances): boolean {
  if (value.length < 6) return false
  // Most values are not random enough for any rule, which is cheaper to see than what else they may be.
  const isLink = /^https?:/.test(value)
  const isMeant = isLink
    ? at.tied && /token|secret|key/.test(at.word) && hasRandomPath(value)
    : looksSecret(value, at)
  return isMeant && !isHarmless(value, at) && (isLink || !isPartOfCode(value, after, at))
}

/** True when a value is random or odd enough for what its name says. */
function looksSecret(value: string, at: Circumstances): boolean {
  const { quote, tied } = at
  const random = value.includes('-') ? value.replace(/^(?:[a-z]{2,8})?-/, '') : value
  if (isRandom(random, at.unitsMin)) return true
  if (quote !== 0 && tied && isOdd(value)) return true
  if (!at.password) return false
  // Behind a space alone a password must look like nothing else.
  const loose = !tied && quote === 0
  return (
    isPassword(value, quote !== 0) &&
    (!loose || /^(?=.*\d.*\d)(?=.*[a-z])(?=.*[A-Z]).{8,}$/.test(value))
  )
}

/** Stand-ins, what says itself that it is public, texts and templates. */
function isHarmless(value: string, at: Circumstances): boolean {
  if (isStandIn(value) || isPublicValue(value) || /\s/.test(value)) return true
  // Applications are told apart by a UUID, too: that one is no credential.
  if (/^client|^consumer/.test(at.word) && /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-/.test(value))
    return true
  // A template with holes, and the classes of a pattern.
  if (value.includes('-') && /a-zA-Z|A-Za-z|a-z0-9|0-9a-f/.test(value)) return true
  return value.includes('$') && /\$\{[A-Za-z_][\w.]*(?:[}(]|$)/.test(value)
}

/** Paths, hosts, calls and members. */
function isPartOfCode(value: string, after: number, at: Circumstances): boolean {
  if (isReference(value) && !(at.tied && hasRandomHost(value))) return true
  if (/^[.-]/.test(value) && !at.glued) return true
  if (at.quote === 0 && (after === 0x3a || value.endsWith(':') || isCode(value, after))) return true
  // `private getName` declares a member.
  return !at.tied && at.word === 'private' && lookAt(value).digits < 3
}

/** A link that is a credential itself: its path or host holds a long random part. */
function hasRandomPath(value: string): boolean {
  for (const [part] of value.slice(8).matchAll(/[A-Za-z0-9_-]{16,}/g)) {
    const look = lookAt(part)
    if (
      look.digits > 1 &&
      look.lower > 1 &&
      isRandom(part, 16) &&
      (look.upper > 1 || /^[0-9a-f]+$/.test(part))
    )
      return true
  }
  return false
}

/** A host or file whose first part is no name: `q7Zk0fX9bW2n….example.com` is a value, `my-service.example.com` is not. */
function hasRandomHost(value: string): boolean {
  const run = /^(?:[a-z]{2}\.)?([A-Za-z0-9_-]{24,})\.[a-z.]+$/.exec(value)?.[1]
  return run !== undefined && lookAt(run).digits > 2 && isRandom(run, 24)
}

/** Digests, fingerprints, public keys and things addressed by them say so themselves. */
function isPublicValue(value: string): boolean {
  if (
    /^(?:sha\d+|md5|ed25519|ecdsa|ssh-|arn|urn|data|tenant|user|offset|pk_live_|pk_test_|cus_|prod_|price_|evt_|msg_|req_|toolu_|call_|resp_|run_|thread_|asst_|file-)[-_:#]?/i.test(
      value,
    ) &&
    !/secret/i.test(value)
  )
    return true
  return false
}

/** `name(…`, `name=…`, `name[…`. */
function isCall(value: string): boolean {
  const named = /^([A-Za-z_$][\w$.]*)(?:\(|=(?!=?$))/.exec(value)
  if (named && ((named[1]?.length ?? 0) < 4 || isName(named[1] ?? ''))) return true
  return /^[A-Za-z_$][\w$.]{0,40}[([]/.test(value) && isName(value.split(/[([]/)[0] ?? '')
}

function isCode(value: string, after: number): boolean {
  if (after === 0x28 || after === 0x5b) return true
  // What every pattern needs is looked for first: most values have none of it.
  const bracketed = /[(){}[\]]/.test(value)
  if (bracketed && !/^[^(){}[\]]{12,}/.test(value)) return true
  if (value.includes('.')) {
    if (/^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)+$/.test(value) && isName(value)) return true
    if (/^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)+\(/.test(value)) return true
  }
  if ((bracketed || value.includes('=')) && isCall(value)) return true
  // Constants: `CLOUD_PLATFORM_AWS_EC2`.
  if (
    value.includes('_') &&
    /^[A-Z][A-Z0-9]*(?:_[A-Z][A-Z0-9]*)+$/.test(value) &&
    lookAt(value).digits <= 3
  )
    return true
  return /^(?:this|self|process|config|env|req|res|options|props|os|settings)[.?[]/.test(value)
}

/** Quoted heaps of symbols: no name, no path, no code that a program would quote. */
function isOdd(value: string, symbolsMin = 6): boolean {
  return (
    value.length >= ODD_UNITS_MIN &&
    lookAt(value).symbols >= symbolsMin &&
    new Set(value.replace(/[A-Za-z0-9\s]/g, '')).size >= symbolsMin &&
    /[A-Za-z]{3}/.test(value) &&
    !/[\\^]|\?:|=>/.test(value)
  )
}

function isPassword(value: string, quoted: boolean): boolean {
  if (value.length > 40) return false
  const look = lookAt(value)
  const classes = [look.lower, look.upper, look.digits, look.symbols].filter(
    (count) => count > 0,
  ).length
  if (isName(value)) return false
  if (classes >= 3) return look.digits + look.symbols >= 2 || look.changes >= 3
  return (
    quoted &&
    classes === 2 &&
    look.digits > 0 &&
    look.digits + look.symbols >= 2 &&
    value.length >= 8
  )
}
