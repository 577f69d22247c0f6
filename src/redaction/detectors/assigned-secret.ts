import { ALNUM, isIn, unitClass } from '../automaton/classes.ts'
import { END, type LabelDetector, type Match, type Reader } from '../detector.ts'
import { type Between, locateValue } from '../values/locate.ts'
import { isName, isRandom, isReference, isStandIn, lookAt } from '../values/look.ts'
import { VENDORS } from '../values/vendors.ts'

const set = (text: string): ReadonlySet<string> => new Set(text.split(' '))

/** Last part of a name: what is kept there is no secret. */
const OTHER_NAMES = set(
  'id ids name names type types url urls uri path paths file files filename length len size count counts max min limit limits ttl expiry expires expiration expired expire at index idx prefix suffix format field fields column header headers param params policy usage provider manager store service env variable var regex pattern validator schema class reset used last algorithm algo alg arn region version fingerprint thumbprint kind mode status state error errors message label title description input output button form page link endpoint rotation age days hours seconds minutes timeout ref reference selector required enabled disabled exists missing invalid valid verified changed updated created map list array set object func function callback fn handler listener event events code codes press pressed up down strength confirmation hint prompt prompts ring chain pair pairs space board word words words frame frames note notes point points stone by for from of in on is as to info infos spec specs',
)

/** Part of a name in front of the word: the key or token of something public. */
const PUBLIC_NAMES = set(
  'next prev previous page nextpage pagination continuation cursor sync idempotency public pub publishable cache partition sort primary foreign unique composite object s3 row item list map hash dedupe dedup group storage local translation i18n locale lookup shard routing index natural surrogate host known registry query search react state config settings json dict field column enum data event metric tag label etag max min num total stop bos eos pad unk mask special cls sep prompt completion input output image audio text reasoning cached start end open close arrow enter escape tab shift meta ctrl alt hot short compass by trust site xsrf csrf anti request trace span correlation',
)

/** True when the name in front of the word says that the value is public. */
function isPublicName(name: string): boolean {
  if (name === '') return false
  const parts = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[_\-.]/)
    .filter((part) => part !== '')
  return PUBLIC_NAMES.has(parts.at(-1) ?? '')
}

const BETWEEN: Between = {
  words: set(
    'is was are be of for the a an to as equals value values string str char text set my your our their bearer basic token key secret here it this new old current default const let var val ntlm negotiate apikey final static private public protected readonly apikey api access auth by identified and or with used using header password code pass digest oauth simple',
  ),
  wordsMax: 4,
  otherNames: OTHER_NAMES,
}

/** Of a service's name followed by one of these, the value is a credential although it is called an id. */
const VENDOR_BETWEEN: Between = {
  ...BETWEEN,
  exceptNames:
    /(?:client|access|app|application|account|org|consumer|oauth|tenant|project)[_.-]?id$/i,
}

/** Where an unquoted heap of symbols ends. */
const LOOSE_STOPS = unitClass(' \\t\\n"`;')
const STOPS = unitClass(' \\t\\n"\'`,;)\\]}<>|')
const LOWER = unitClass('a-z')
const NAME = unitClass('A-Za-z0-9_\\-.')
const CAP = 64

/** Reads the value at `position` up to what ends it, or to the bound. */
function readValue(text: Reader, position: number, quote: number, stops = STOPS): string {
  let value = ''
  for (let index = 0; index < CAP; index++) {
    const unit = text.at(position + index)
    if (unit === END || unit > 127) break
    if (quote === 0 ? isIn(stops, unit) : unit === quote || unit === 0x0a) break
    if (quote === 0 && unit === 0x26 && isParameter(text, position + index + 1)) break
    value += String.fromCharCode(unit)
  }
  return value
}

/** `&name=` behind a value: the next parameter of a URL. */
function isParameter(text: Reader, position: number): boolean {
  for (let at = position; at < position + 16; at++) {
    const unit = text.at(at)
    if (unit === 0x3d) return at > position
    if (!isIn(NAME, unit)) return false
  }
  return false
}

/** The name in front of the word, as far as it is one identifier. */
function nameBefore(text: Reader, end: number): string {
  let start = end
  while (end - start < 24 && isIn(NAME, text.at(start - 1))) start--
  let name = ''
  for (let index = start; index < end; index++) name += String.fromCharCode(text.at(index))
  return name
}

interface Family {
  readonly id: string
  readonly entity: string
  /** Separated by commas. */
  readonly words: string
  /** Must stand alone or begin a hump of an identifier: too common inside other words. */
  readonly alone: boolean
  /** Passwords are shorter and less random than tokens. */
  readonly password: boolean
  /** Fewest units of a value tied to the word by an operator, and of one that just follows. */
  readonly unitsMin?: readonly [tied: number, loose: number]
  /** The word must be part of a longer name (`some_key`), or must be the whole name. */
  readonly named?: boolean
}

const UNITS_MIN = [10, 16] as const

function family({ id, entity, words, alone, password, unitsMin, named }: Family): LabelDetector {
  const list = words.split(',')
  return {
    type: 'label',
    id,
    kind: 'secret',
    entity,
    words: list,
    whole: alone,
    locate(text, position, word) {
      const start = position - word.length
      if (alone && !beginsHump(text, start, position)) return undefined
      const name = nameBefore(text, start)
      if (isPublicName(name)) return undefined
      if (named !== undefined && named === (name === '')) return undefined
      // A resource name: `…:secret:name`.
      if (text.at(start - 1) === 0x3a && isIn(ALNUM, text.at(start - 2))) return undefined
      const between = id === 'vendor-secret' ? VENDOR_BETWEEN : BETWEEN
      return locateValue(text, position, word.length, between)?.position
    },
    judge: (text, position, word) => judge(text, position, word, password, unitsMin ?? UNITS_MIN),
    cases: {
      hits: () => {
        const value = password ? `Tr0ub${'4dor'}&3x` : `q7Zk${'0fX9bW2n'.repeat(3)}`
        const name = named ? `my_${list[0]}` : (list[0] ?? '')
        return [
          [`${name}="${value}"`, [value]],
          [`{"${name}": "${value}"}`, [value]],
          [`${name.toUpperCase()}=${value}\n`, [value]],
        ]
      },
      misses: () => [
        [`${list[0]} = "<your-value-here>"`, 'a stand-in'],
        [`${list[0]} = process.env.SOMETHING_LONG`, 'a reference'],
        [`${list[0]}: /etc/ssl/private/server-8.key`, 'a path'],
      ],
    },
  }
}

/** A word alone, or a hump of an identifier (`apiKey`, `API_KEY`): never the middle of other letters. */
function beginsHump(text: Reader, start: number, end: number): boolean {
  const before = text.at(start - 1)
  if (!isIn(ALNUM, before)) return true
  return isIn(LOWER, before) && !isIn(LOWER, text.at(start)) && isIn(LOWER, text.at(end - 1))
}

/** Quoted values may hold anything up to their quote. */
const QUOTED = new Map(
  [0x22, 0x27, 0x60].map((quote) => [
    quote,
    { units: unitClass(`^${String.fromCharCode(quote)}\\n`) },
  ]),
)
const TAIL = { units: unitClass('A-Za-z0-9+/=_.~\\-') }

function judge(
  text: Reader,
  position: number,
  word: string,
  password: boolean,
  [tiedMin, looseMin]: readonly [number, number],
): Match | undefined {
  const before = text.at(position - 1)
  const quote = before === 0x22 || before === 0x27 || before === 0x60 ? before : 0
  const operator = operatorBefore(text, quote === 0 ? position : position - 1)
  if (isPlain(text, position)) return undefined
  const read = readValue(text, position, quote)
  const value = quote === 0 ? read.replace(/[.:*]+$/, '') : read
  const found = (end: number): Match => ({ start: position, end, tail: QUOTED.get(quote) ?? TAIL })
  const tied = operator !== 0 || word === 'identified by'
  if (
    isValue(value, text.at(position + read.length), {
      quote,
      tied,
      word,
      password,
      tiedMin,
      looseMin,
      glued: isIn(ALNUM, before),
    })
  )
    return found(position + value.length)
  if (quote !== 0 || !tied || !isIn(LOOSE, text.at(position + read.length))) return undefined
  const heap = readValue(text, position, 0, LOOSE_STOPS)
  if (heap.length < 12 || isStandIn(heap) || isReference(heap) || isCode(heap, 0)) return undefined
  return isOdd(heap) || (isRandom(heap, 14) && !/[()]/.test(heap))
    ? found(position + heap.length)
    : undefined
}

/** A short word of letters alone is no secret; seen before anything is built from it. */
function isPlain(text: Reader, position: number): boolean {
  let upper = 0
  for (let at = position; at < position + 16; at++) {
    const unit = text.at(at)
    if (isIn(LOWER, unit)) continue
    if (unit >= 0x41 && unit <= 0x5a) upper++
    else return (unit === END || isIn(STOPS, unit)) && (at - position < 6 || upper <= 1)
  }
  return false
}

/** Brackets and bars end a value, unless it is a heap of symbols. */
const LOOSE = unitClass(')\\]}<>|')

interface Circumstances {
  readonly quote: number
  readonly tied: boolean
  readonly word: string
  readonly password: boolean
  readonly tiedMin: number
  readonly looseMin: number
  readonly glued: boolean
}

function isValue(value: string, after: number, at: Circumstances): boolean {
  const { quote, tied, password } = at
  if (value.length < 6 || isStandIn(value) || isPublicValue(value) || /\s/.test(value)) return false
  if (/^https?:/.test(value))
    return tied && /token|secret|key/.test(at.word) && hasRandomPath(value)
  if (isReference(value)) return false
  if (/^[.-]/.test(value) && !at.glued) return false
  if (quote === 0 && (after === 0x3a || value.endsWith(':') || isCode(value, after))) return false
  if (isRandom(value.replace(/^(?:[a-z]{2,8})?-/, ''), tied ? at.tiedMin : at.looseMin)) return true
  if (quote !== 0 && tied && isOdd(value)) return true
  if (!password || (!tied && quote === 0)) return false
  return isPassword(value, quote !== 0)
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

/** The operator in front of the value, past quotes, space and one scheme word; 0 when there is only space. */
function operatorBefore(text: Reader, position: number): number {
  for (let at = position - 1; position - at < 24; at--) {
    const unit = text.at(at)
    if (unit === END) return 0
    if (
      unit === 0x3d ||
      unit === 0x3a ||
      unit === 0x2c ||
      unit === 0x7c ||
      unit === 0x3e ||
      unit === 0x28
    )
      return unit
    if (unit === 0x0a) return 0
  }
  return 0
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

function isCode(value: string, after: number): boolean {
  if (after === 0x28 || after === 0x5b) return true
  if (/[(){}[\]]/.test(value) && !/^[^(){}[\]]{12,}/.test(value)) return true
  if (/^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)+$/.test(value) && !/\d.*\d.*\d/.test(value))
    return true
  const named = /^([A-Za-z_$][\w$.]*)(?:\(|=(?!=?$))/.exec(value)
  if (named && ((named[1]?.length ?? 0) <= 24 || isName(named[1] ?? ''))) return true
  return /^(?:this|self|process|config|env|req|res|options|props|os|settings)[.?[]/.test(value)
}

/** Quoted heaps of symbols: no name, no path, no code that a program would quote. */
function isOdd(value: string): boolean {
  const symbols = new Set(value.replace(/[A-Za-z0-9\s]/g, ''))
  return (
    value.length >= 12 &&
    symbols.size >= 6 &&
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

/** Values whose name says that they are secret. */
export const assignedSecrets: readonly LabelDetector[] = [
  family({
    id: 'assigned-password',
    entity: 'PASSWORD',
    words:
      'password,passwd,passphrase,passwort,contraseña,mot de passe,senha,pass_,userpass,dbpass,identified by',
    alone: false,
    password: true,
  }),
  family({
    id: 'assigned-secret',
    entity: 'SECRET',
    words:
      'secretkey,secret_key,accesstoken,access_token,authtoken,auth_token,apitoken,api_token,tokensecret,appkey,appsecret,consumerkey,consumersecret,sharedkey,accountkey,storagekey,contribsys__com,secret,token,apikey,api_key,api-key,api key,accesskey,access_key,access key,privatekey,private_key,auth_key,authkey,authorization,bearer,credential,credentials,client_secret,signing_key,encryption_key,master_key,license_key,session_key,access_id,schlüssel',
    alone: false,
    password: true,
  }),
  family({
    id: 'assigned-key',
    entity: 'SECRET',
    words:
      'auth,pat,cred,creds,private,access,sas,?sig,&sig,amz-signature,psk,otp,seed,webhook,dsn,jwt',
    alone: true,
    password: false,
  }),
  family({
    id: 'assigned-named-key',
    entity: 'SECRET',
    words: 'key,keys',
    alone: true,
    password: false,
    named: true,
  }),
  family({
    id: 'assigned-bare-key',
    entity: 'SECRET',
    words: 'key',
    alone: true,
    password: false,
    unitsMin: [20, 18],
    named: false,
  }),
  family({
    id: 'vendor-secret',
    entity: 'SECRET',
    words: VENDORS.join(','),
    alone: true,
    password: false,
    unitsMin: [14, 18],
  }),
  family({
    id: 'assigned-short-password',
    entity: 'PASSWORD',
    words: 'pw,pwd,pass',
    alone: true,
    password: true,
  }),
]
