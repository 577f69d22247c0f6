import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { compileDetectors } from '../../src/redaction/automaton/compile.ts'
import { LOOK_ALWAYS, WORD_HEARD } from '../../src/redaction/automaton/layout.ts'
import { DETECTORS } from '../../src/redaction/detectors/index.ts'
import { redactor } from '../../src/redaction/redact.ts'
import { scan } from '../../src/redaction/scan.ts'
import { vault } from '../../src/redaction/vault.ts'
import { decode } from '../../src/stream/logical.ts'
import { disguises, inEscape, nearTokens, texts } from './texts.ts'

const compiled = compileDetectors(DETECTORS)
const { engine, gate, window } = compiled
const RUNS = Number(process.env.SOAK_RUNS ?? 400)
const PATIENCE_MS = 120_000

/** Numbers, addresses and what nearly is one: what marks are looked at for. */
const marked = fc
  .array(
    fc.oneof(
      fc.constantFrom(...'.-:@~ /()+,_"=#$%'),
      fc.constantFrom(...'- . : :: @ Q~ . - ) ( /'.split(' ')),
      fc
        .integer({ min: 1, max: 12 })
        .chain((size) => fc.stringMatching(new RegExp(`^\\d{${size}}$`))),
      fc.stringMatching(/^[0-9a-f]{1,4}$/),
      fc.stringMatching(/^[0-9A-F]{2}(:[0-9A-F]{2}){5}$/),
      fc.stringMatching(/^[0-9A-F]{2}(-[0-9A-F]{2}){5}$/),
      fc.stringMatching(/^[A-Z]{1,2}\d{7,9}[A-Z]?$/),
      fc.stringMatching(/^[A-Za-z0-9_-]{1,30}$/),
      fc.constantFrom('jo@mail.example.org', '8.69.237.21', '2001:db8::1', '0102.0304.05ab'),
      fc.constantFrom('AT611904300234573201', '480-54-2718', '(415) 555-2671', '+49 30 901820'),
      fc.constantFrom('960121-1234567', '529.982.247-25', '12345678Z', '51 824 753 556'),
      fc.stringMatching(/^\d{9,21}[-| .,a1]?$/),
      fc.constantFrom(`4${'1'.repeat(15)}`, 'DE89 3704 0044 0532 0130 00', 'NO9386011117947'),
      fc.constantFrom(`1A1zP1eP5QGefi2DMPTfTL5${'SLmv7DivfNa'}`, `DE${'136695976'}`),
      fc.constantFrom(`${'12345'.repeat(3)}|${'dPQv6i5on'.repeat(3)}`, '::1', '1:2:3:4:5:6:7:8'),
      fc.constantFrom(`${'1944'.repeat(3)}-${'ev45bpp2'.repeat(4)}.apps.googleusercontent.com`),
      fc.constantFrom(`M${'TAyOTR8'.repeat(3)}xZ.GAtJnb.${'sgip8rcF'.repeat(4)}`),
      fc.stringMatching(/^[L-P][A-Za-z0-9]{20,29}\.[a-z]{4,8}\.[a-z]{19,21}$/),
      fc.stringMatching(/^\d{4,17}:[AB][A-Za-z0-9_-]{28,35}$/),
      fc.stringMatching(/^(DE|NO|GR|XX|no)\d{2}[A-Z0-9]{9,24}$/),
      fc
        .stringMatching(/^[A-Z0-9.-]{20,40}:$/)
        .map((run) => `${run}DE89 3704 0044 0532 0130 00${run[0]}`),
    ),
    { maxLength: 10 },
  )
  .map((list) => list.join(''))

const oneOf = (list: string) => fc.constantFrom(...list.split('|'))

/** Names, what stands between a name and its value, and values that are some or nearly. */
const named = fc
  .array(
    fc
      .tuple(
        oneOf(
          'password|api_key|apiKey|token|tokens|secret|key|keys|client_id|stripe key|coinbase|datadog|my-pat|jwt|next_page_token|phone|run|iban no.|id card|plate|dob|://|https://user',
        ),
        fc.oneof(
          oneOf('|||||_count|_id|Name|s|Value|_backup_2|-x|.env|[0]|["a"]|\n|, x'),
          oneOf('|-|-live-|_v1_|_key-|.api_').chain((part) =>
            fc.stringMatching(/^[A-Za-z0-9_.-]{1,36}$/).map((rest) => part + rest),
          ),
        ),
        fc.array(
          oneOf(
            '=|=|: |: | |"|"|\'|`| |(|) |{\n|,\n|\n\n| is | is the | is my new | of the |, number | - |.=|&|~|-',
          ),
          { minLength: 1, maxLength: 4 },
        ),
        fc.oneof(
          oneOf(
            'Foo1|settings.Foo12|user-name-7|auth_token_v2|my key 1|nvapi-E7h2M|sig=Zq4wB8nQ7LxT2vMk|.at.Zq4wB8nQ7LxT2vMk|go-sandbox-Zq4wB8|Zq4wB8nQ7L|a1b2c3|x9Fk2|aB3x$9|aB3xY9z|Zq4wB8nQ|Zq4wB8nQ7LxT2vMk|q7zk0fx9bw2n5mhd|settings.Foo|Password:|user:pw9@h|u:k9Zq4wZq4w@h|12|0612 345678|MA V 12|VEV-7785|March 3rd, 1980|1945-11-12|C01X00T47',
          ),
          fc.stringMatching(/^[A-Za-z0-9]{3,20}$/),
          fc.stringMatching(/^[A-Za-z]{1,4}([_.:&)#$?=-]?[a-z0-9]{1,6}){1,4}$/),
        ),
        oneOf('|"|\'| |\n|, |;|)|.|[SAFE_TO_USE:EMAIL_abcdefgh]|[SAFE_TO|\u200b|%41|\\n|\\"|é'),
      )
      .map(([name, rest, between, value, end]) => name + rest + between.join('') + value + end),
    { minLength: 1, maxLength: 3 },
  )
  .map((list) => list.join(''))

describe('the engine', () => {
  test(
    'a look at a mark never keeps a verdict from falling',
    () => {
      const looks = engine.looks.slice()
      fc.assert(
        fc.property(fc.oneof(marked, texts), (text) => {
          const looked = scan(compiled, text)
          engine.looks.fill(LOOK_ALWAYS)
          const asked = scan(compiled, text)
          engine.looks.set(looks)
          expect(looked).toEqual(asked)
        }),
        { numRuns: RUNS * 2 },
      )
    },
    PATIENCE_MS,
  )

  test(
    'a look behind a literal never keeps a verdict from falling',
    () => {
      fc.assert(
        fc.property(fc.oneof(nearTokens, texts), fc.nat(3), (plain, escaped) => {
          const text = escaped === 0 ? plain.replace(/[\w-]/g, inEscape) : plain
          const looked = scan(compiled, text)
          // With nothing that must follow, every literal is heard.
          engine.aheads.fill(0)
          const asked = scan(compiled, text)
          gate.forget()
          expect(looked).toEqual(asked)
        }),
        { numRuns: RUNS * 3 },
      )
    },
    PATIENCE_MS,
  )

  test('nor does it where the bound comes first, in any disguise', () => {
    const token = `gsk_${'xQ7'.repeat(20)}`
    const same = (...texts: readonly string[]) => {
      for (const text of texts) {
        const looked = scan(compiled, text)
        const aheads = engine.aheads.slice()
        engine.aheads.fill(0)
        const asked = scan(compiled, text)
        engine.aheads.set(aheads)
        expect(looked).toEqual(asked)
      }
    }
    const encoded = [token, ...disguises.map((hide) => hide(token))]
    for (const front of ['', '-', '_:', '-a_:.-b', 'a.b:c_d-e.'.repeat(4)])
      for (const whole of encoded)
        for (let units = 8; units < 68 - front.length; units++)
          for (const text of [
            whole.slice(0, units),
            whole.slice(0, units).replace(/\w/g, inEscape),
          ])
            same(
              `${front}${text} ${'and '.repeat(3)}`,
              `${front}${text}${inEscape('x')}${inEscape('Y')}7`,
            )
  })

  test(
    'a look behind a word never keeps a verdict from falling',
    () => {
      fc.assert(
        fc.property(fc.oneof(named, texts), fc.boolean(), (plain, escaped) => {
          const text = escaped ? plain.replace(/[\w"=-]/g, inEscape) : plain
          const looked = scan(compiled, text)
          // The states are known now: every word of theirs is heard.
          engine.words.fill(WORD_HEARD)
          const asked = scan(compiled, text)
          gate.forget()
          expect(looked).toEqual(asked)
        }),
        { numRuns: RUNS * 2 },
      )
    },
    PATIENCE_MS,
  )

  test(
    'units copied natively are those that the loop decodes, at the same offsets',
    () => {
      const plain = {
        units: new Uint16Array(4096),
        offsets: new Int32Array(4097),
        bytes: Buffer.alloc(8192),
        copy: () => 0,
      }
      const word = fc.oneof(
        fc.string({ maxLength: 90 }),
        fc.string({ unit: 'binary', maxLength: 90 }),
        fc.constantFrom(
          ...'а а\u200b & && &x; %z %% \\\\ \\" \\t \\q ｗｉｄｅ \u0661 %41 &amp; \\u0041 \\n \ud83d\ude00 é 中文 aа'.split(
            ' ',
          ),
        ),
      )
      const long = fc.array(word, { maxLength: 20 }).map((list) => list.join('').slice(0, 1500))
      fc.assert(
        fc.property(long, fc.boolean(), (text, final) => {
          window.resident?.leave()
          window.resident = undefined
          const ours = decode(text, 0, final, window, 0, 4096, 0)
          const theirs = decode(text, 0, final, plain, 0, 4096, 0)
          expect(ours).toEqual(theirs)
          expect(window.units.slice(0, ours.end)).toEqual(plain.units.slice(0, ours.end))
          expect(window.offsets.slice(0, ours.end + 1)).toEqual(
            plain.offsets.slice(0, ours.end + 1),
          )
        }),
        { numRuns: RUNS },
      )
    },
    PATIENCE_MS,
  )

  test(
    'states that were forgotten in the middle of a text are found again',
    () => {
      const open = () =>
        redactor(compiled, () => 'mask', vault({ key: new Uint8Array(32), scope: '' }))
      fc.assert(
        fc.property(texts, (text) => {
          const [steady, forgetful] = [open(), open()]
          let [left, right] = ['', '']
          for (const unit of text.split('')) {
            left += steady.push(unit)
            gate.forget()
            right += forgetful.push(unit)
          }
          expect(right + forgetful.end()).toBe(left + steady.end())
        }),
        { numRuns: Math.ceil(RUNS / 80) },
      )
    },
    PATIENCE_MS,
  )

  test('preparing every built-in detector takes no request along', () => {
    const started = process.cpuUsage()
    compileDetectors([...DETECTORS].slice(1))
    const { user, system } = process.cpuUsage(started)
    // Half a second on a loaded machine; building every state at once took more than that on an idle one.
    expect((user + system) / 1000).toBeLessThan(500)
    expect(gate.size()).toBeLessThan(20_000)
  })
})
