import { ALNUM, isIn, unitClass } from '../automaton/classes.ts'
import type { LabelDetector, Reader } from '../detector.ts'
import { type Between, locateValue } from '../values/locate.ts'
import { BETWEEN_WORDS, OTHER_NAMES } from '../values/names-between.ts'
import { judgeSecret, mayBeSecret } from '../values/secret-value.ts'
import {
  LEAST_LOOSE_UNITS_MIN,
  LEAST_UNITS_MIN,
  VENDOR_LOOSE_UNITS_MIN,
  VENDOR_UNITS_MIN,
} from '../values/value-text.ts'
import { VENDORS } from '../values/vendors.ts'
import { hasWord } from '../values/words.ts'

const set = (text: string): ReadonlySet<string> => new Set(text.split(' '))

/** Part of a name in front of the word: the key or token of something public. */
const PUBLIC_NAMES = set(
  'next prev previous page nextpage pagination continuation cursor sync idempotency public pub publishable cache partition sort primary foreign unique composite object s3 row item list map hash dedupe dedup group storage local translation i18n locale lookup shard routing index natural surrogate host known registry query search react state config settings json dict field column enum data event metric tag label etag max min num total stop bos eos pad unk mask special cls sep prompt completion input output image audio text reasoning cached start end open close arrow enter escape tab shift meta ctrl alt hot short compass by trust site xsrf csrf anti request trace span correlation',
)

/** True when the last part of the name in front of the word (`nextPage` in `nextPageToken`) says that the value is public. */
function isPublicName(text: Reader, end: number): boolean {
  const first = Math.max(end - NAME_UNITS_MAX, 0)
  let to = end
  while (to > first && isIn(SEPARATOR, text.at(to - 1))) to--
  let from = to
  while (from > first && isIn(ALNUM, text.at(from - 1))) {
    from--
    if (isIn(UPPER, text.at(from)) && isIn(SMALL, text.at(from - 1)) && from > first) break
  }
  if (!hasWord(PUBLIC_NAMES, text, from, to)) return false
  // What is kept in clear text is the secret itself.
  return !/(?:clear|plain)_?text$/i.test(nameBefore(text, end))
}

/** Units of a name that are looked at in front of a word. */
const NAME_UNITS_MAX = 24
const SEPARATOR = unitClass('_\\-.')
const UPPER = unitClass('A-Z')
const SMALL = unitClass('a-z0-9')

const BETWEEN: Between = {
  words: BETWEEN_WORDS,
  otherNames: OTHER_NAMES,
}

/** Of a service's name followed by one of these, the value is a credential although it is called an id. */
const VENDOR_BETWEEN: Between = {
  ...BETWEEN,
  dashed: true,
  exceptNames:
    /(?:client|access|app|application|account|org|consumer|oauth|tenant|project)[_.-]?id$/i,
}

const LOWER = unitClass('a-z')
const NAME = unitClass('A-Za-z0-9_\\-.')

/** The name in front of the word, as far as it is one identifier. */
function nameBefore(text: Reader, end: number): string {
  let start = end
  while (end - start < NAME_UNITS_MAX && isIn(NAME, text.at(start - 1))) start--
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

const UNITS_MIN = [LEAST_UNITS_MIN, LEAST_LOOSE_UNITS_MIN] as const

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
      if (named !== undefined && named !== isIn(NAME, text.at(start - 1))) return undefined
      // A resource name: `…:secret:name`.
      if (text.at(start - 1) === 0x3a && isIn(ALNUM, text.at(start - 2))) return undefined
      if (isPublicName(text, start)) return undefined
      const between = id === 'vendor-secret' ? VENDOR_BETWEEN : BETWEEN
      return locateValue(text, position, word.length, between)?.position
    },
    mayBegin: mayBeSecret,
    look: password ? 'assigned-password' : id === 'vendor-secret' ? 'assigned-vendor' : 'assigned',
    judge: (text, position, word) =>
      judgeSecret(text, position, word, password, unitsMin ?? UNITS_MIN),
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
        [`${list[0]} = settings.SOMETHING_LONG`, 'a reference'],
        [`${list[0]}: /etc/ssl/private/server-8.key`, 'a path'],
      ],
    },
  }
}

/** A word alone, or a hump of an identifier (`apiKey`, `API_KEY`): never the middle of other letters. */
function beginsHump(text: Reader, start: number, end: number): boolean {
  const before = text.at(start - 1)
  if (!isIn(ALNUM, before)) return true
  return (
    isIn(LOWER, before) &&
    !isIn(LOWER, text.at(start)) &&
    (isIn(LOWER, text.at(end - 1)) || end - start >= 5 || isLoudKey(text, end))
  )
}

/** `coinlayerKEY`: what is written so loud is meant as a name. */
function isLoudKey(text: Reader, end: number): boolean {
  const after = text.at(end)
  const isKey = text.at(end - 3) === 0x4b && text.at(end - 2) === 0x45 && text.at(end - 1) === 0x59
  return isKey && !isIn(ALNUM, after)
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
      'operator unseal,unseal key,secretkey,access_token,auth_token,api_token,appkey,consumerkey,sharedkey,accountkey,storagekey,contribsys__com,secret,token,apikey,api_key,api-key,api key,accesskey,authkey,authorization,bearer,credential,access_id,schlüssel',
    alone: false,
    password: true,
  }),
  family({
    id: 'assigned-client-id',
    entity: 'CLIENT_ID',
    words: 'client_id,clientid,client-id,consumer_key',
    alone: false,
    password: false,
    unitsMin: [16, 99],
  }),
  family({
    id: 'assigned-key',
    entity: 'SECRET',
    words: 'auth,pat,cred,private,access,sas,?sig,&sig,amz-signature,psk,otp,seed,webhook,dsn,jwt',
    alone: true,
    password: false,
  }),
  family({
    id: 'assigned-named-key',
    entity: 'SECRET',
    words: 'key',
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
    unitsMin: [16, 16],
    named: false,
  }),
  family({
    id: 'vendor-secret',
    entity: 'SECRET',
    words: VENDORS.join(','),
    alone: true,
    password: false,
    unitsMin: [VENDOR_UNITS_MIN, VENDOR_LOOSE_UNITS_MIN],
  }),
  family({
    id: 'assigned-short-password',
    entity: 'PASSWORD',
    words: 'pw,pwd,pass',
    alone: true,
    password: true,
  }),
]
