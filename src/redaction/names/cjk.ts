import type { Ahead } from './ahead.ts'
import type { Verdict } from './person.ts'
import { IDEOGRAPH, KIND, OTHER } from './units.ts'
import { CJK_PLACES } from './words/places.data.ts'
import { CJK_TOWNS } from './words/towns.data.ts'

/** Units in front of a position that these decisions look at. */
export const TAIL_UNITS = 6

const CHINESE_SURNAMES = new Set(
  `王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金贾韦夏付方邹熊
白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万钱严赖覃洪武莫孔汤向常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包
宁尚符舒阮纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷
晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝`.replaceAll(
    /\s/g,
    '',
  ),
)
const COMPOUND_SURNAMES = new Set(
  '欧阳 上官 司马 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 司徒 夏侯 端木 南宫 轩辕 长孙 宇文 独孤 申屠 太史 公羊 赫连 澹台 闻人 钟离 百里 呼延'.split(
    ' ',
  ),
)
const KOREAN_SURNAMES = new Set(
  '김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민진지엄채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국어은편용예봉사감견빈팽갈라팔견',
)
const CHINESE_CUES =
  /(?:我叫|我是|名叫|叫做|叫作|姓名[:：是为]?|名字[是叫为]?|名字叫做?|客户|顾客|患者|病人|员工|用户|联系人[:：是]?|收件人[:：是]?|申请人[:：是]?|同事|朋友|老师|经理|医生|先生|女士|丈夫|妻子|老公|老婆|儿子|女儿|哥哥|弟弟|姐姐|妹妹|父亲|母亲|邻居|老板|导师|司机|乘客|房东|会员|签名[:：]?|署名[:：]?|本人|找|联系|转告|通知|询问|致电|尊敬的|亲爱的|您好[，,]|你好[，,]|由|给)$/
const CHINESE_STRONG =
  /(?:我叫|名叫|叫做|叫作|姓名[:：是为]|名字[是叫为]|名字叫做?|客户|患者|病人|联系人[:：是]|收件人[:：是]|申请人[:：是]|员工|顾客|尊敬的)$/
const CHINESE_BEHIND =
  /^(?:先生|女士|小姐|老师|医生|经理|总监|教授|主任|同学|律师|护士|的电话|的手机|的邮箱|的邮件|的地址|的身份|的银行|的账|的护照|的生日|的住址|告诉|表示|认为|说)/
/** Units that do not stand in a given name and so end it. */
const CHINESE_ENDS = codes(
  '的是在和了住说您要来有与及到从先女小您你我他她它们也都就于电邮地生，。、；：！？的现今家已将把被对为给向让请想去这那',
)
const JAPANESE_BEHIND =
  /^(?:様|さん|さま|氏|殿|君|くん|ちゃん|先生|と申し|といい|と言い|です。|部長|課長|社長)/
const JAPANESE_CUES =
  /(?:名前は|氏名[:：は]?|私は|担当の?|お客様|患者|社員|妻の|夫の|息子の|娘の|友人の|同僚の|宛名[:：]?|わたしは|名は)$/
const KOREAN_CUE_WORDS =
  '이름은 성함은 이름 이름: 이름： 성명 성명: 성명： 저는 나는 고객 환자 직원 담당자 담당자: 담당자： 친구 동료 남편 아내 아들 딸 상사'.split(
    ' ',
  )
const KOREAN_CUES = new RegExp(`(?:${KOREAN_CUE_WORDS.join('|')})$`)
const KOREAN_BEHIND =
  /^(?: ?씨| ?님|이고|입니다|이에요|예요|이라고|라고|과장|부장|대리|사장|선생|교수|의사|고객|환자|의 |이며|이다|께)/
const PLACES = `${CJK_PLACES} ${CJK_TOWNS}`.split(/\s+/).filter(Boolean)
const PLACE_STARTS = new Map<number, string[]>()
for (const place of PLACES) {
  const start = place.charCodeAt(0)
  PLACE_STARTS.set(start, [...(PLACE_STARTS.get(start) ?? []), place])
}

/** Units that a judgement here needs to begin at: Chinese family names and places; Korean family names; ends of Korean cues. */
export const CJK_STARTS: ReadonlySet<number> = new Set([
  ...[...CHINESE_SURNAMES, ...COMPOUND_SURNAMES].map((name) => name.charCodeAt(0)),
  ...PLACE_STARTS.keys(),
])
export const KOREAN_STARTS: ReadonlySet<number> = codes(KOREAN_SURNAMES)
export const KOREAN_CUE_ENDS: ReadonlySet<number> = codes(
  KOREAN_CUE_WORDS.map((word) => word.charAt(word.length - 1)),
)
const CHINESE_STARTS = codes(CHINESE_SURNAMES)
const COMPOUND_STARTS = codes(COMPOUND_SURNAMES)
/** First units of what `CHINESE_BEHIND` and `JAPANESE_BEHIND` match: a cheap look before a dear one. */
const CHINESE_NEXT = codes('先女小老医经总教主同律护的告表认说')
const JAPANESE_NEXT = codes('様さ氏殿君くち先とで部課社')

/** A person or place in a script without spaces, with its entity. */
export interface CjkVerdict extends Verdict {
  readonly entity: 'PERSON' | 'LOCATION'
}

/** Judges what begins at `start`; `tail` gives the last units in front, spaces left out. */
export function judgeCjk(text: Ahead, start: number, tail: () => string): CjkVerdict | undefined {
  const unit = text.at(start)
  if (unit >= 0xac00) return korean(text, start, tail())
  const person = chinese(text, start, tail) ?? japanese(text, start, tail)
  return person ?? place(text, start)
}

function place(text: Ahead, start: number): CjkVerdict | undefined {
  const one = PLACE_STARTS.get(text.at(start))?.find((name) => stands(text, start, name))
  return one === undefined ? undefined : found(start, start + one.length, 'LOCATION')
}

function found(start: number, end: number, entity: 'PERSON' | 'LOCATION'): CjkVerdict {
  return { start, end, entity, margin: 1, words: [] }
}

function chinese(text: Ahead, start: number, tail: () => string): CjkVerdict | undefined {
  const first = text.at(start)
  const compound = COMPOUND_STARTS.has(first) && COMPOUND_SURNAMES.has(read(text, start, 2))
  if (!compound && !CHINESE_STARTS.has(first)) return undefined
  const given = start + (compound ? 2 : 1)
  if (!isGiven(text.at(given))) return undefined
  for (const length of isGiven(text.at(given + 1)) ? [2, 1] : [1]) {
    const end = given + length
    const next = text.at(end)
    if (CHINESE_NEXT.has(next) && CHINESE_BEHIND.test(read(text, end, 3)))
      return found(start, end, 'PERSON')
    const front = tail()
    if (!CHINESE_CUES.test(front)) continue
    const ends = !isHan(next) || CHINESE_ENDS.has(next)
    if (ends || CHINESE_STRONG.test(front)) return found(start, end, 'PERSON')
  }
  return undefined
}

function isGiven(unit: number): boolean {
  return isHan(unit) && !CHINESE_ENDS.has(unit)
}

function japanese(text: Ahead, start: number, tail: () => string): CjkVerdict | undefined {
  if (!isHan(text.at(start))) return undefined
  const front = tail()
  if (isHan(front.charCodeAt(front.length - 1))) return undefined
  let position = start
  while (position - start < 6 && isHan(text.at(position)) && !honorific(text, position)) position++
  const family = position - start
  if (family < 1 || family > 5) return undefined
  if (text.at(position) === 0x20 || text.at(position) === 0x3000) {
    const begin = position + 1
    position = begin
    while (
      position - begin < 5 &&
      KIND[text.at(position)] === IDEOGRAPH &&
      !honorific(text, position)
    )
      position++
    if (position === begin) return undefined
  } else if (family < 2 && !honorific(text, position)) return undefined
  if (honorific(text, position)) return found(start, position, 'PERSON')
  if (family < 2 || !JAPANESE_CUES.test(front)) return undefined
  return found(start, position, 'PERSON')
}

function honorific(text: Ahead, position: number): boolean {
  return JAPANESE_NEXT.has(text.at(position)) && JAPANESE_BEHIND.test(read(text, position, 3))
}

function korean(text: Ahead, start: number, tail: string): CjkVerdict | undefined {
  const first = read(text, start, 1)
  const before = tail.charCodeAt(tail.length - 1)
  for (const place of PLACE_STARTS.get(first.charCodeAt(0)) ?? [])
    if (stands(text, start, place) && !KOREAN_CUES.test(tail))
      return found(start, start + place.length, 'LOCATION')
  const cued = KOREAN_CUES.test(tail)
  if (!KOREAN_SURNAMES.has(first) && !cued) return undefined
  if (!cued && before >= 0xac00 && text.at(start - 1) !== 0x20) return undefined
  for (const length of [3, 2, 4]) {
    const name = read(text, start, length)
    if (name.length < length || ![...name].every(isHangul)) continue
    const rest = read(text, start + length, 3)
    const ends = rest === '' || !isHangul(rest.charAt(0))
    if (KOREAN_BEHIND.test(rest) && (cued || length === 3))
      return found(start, start + length, 'PERSON')
    if (cued && ends && length === 3) return found(start, start + length, 'PERSON')
  }
  return undefined
}

/** Up to `length` units from `position` on, cut short where the text ends. */
function read(text: Ahead, position: number, length: number): string {
  let out = ''
  for (let index = 0; index < length; index++) {
    const unit = text.at(position + index)
    if (unit < 0) break
    out += String.fromCharCode(unit)
  }
  return out
}

/** Whether a name stands at `position`. */
function stands(text: Ahead, position: number, name: string): boolean {
  for (let index = 0; index < name.length; index++)
    if (text.at(position + index) !== name.charCodeAt(index)) return false
  return true
}

function isHan(unit: number): boolean {
  return (unit >= 0x3400 && unit < 0xa000) || unit === 0x3005
}

function isHangul(letter: string): boolean {
  const unit = letter.charCodeAt(0)
  return (KIND[unit] ?? OTHER) === IDEOGRAPH && unit >= 0xac00
}

function codes(letters: Iterable<string>): ReadonlySet<number> {
  return new Set([...letters].map((letter) => letter.charCodeAt(0)))
}
