/** Units that mean nothing by themselves; they vanish into the unit after them. */
export const INVISIBLE = -3
/** Units that begin an escape. */
export const ESCAPING = '\\%&'

/** The ASCII unit that one code point stands for, the unit itself when it stands for none, or `INVISIBLE`. */
export function foldUnit(unit: number): number {
  if (unit >= 0xff01 && unit <= 0xff5e) return unit - 0xfee0
  if (unit === 0xa0 || (unit >= 0x2000 && unit <= 0x200a)) return 0x20
  if (unit === 0x202f || unit === 0x205f || unit === 0x3000) return 0x20
  if (unit === 0xad || (unit >= 0x200b && unit <= 0x200f) || unit === 0xfeff) return INVISIBLE
  if ((unit >= 0x2060 && unit <= 0x2064) || (unit >= 0xfe00 && unit <= 0xfe0f)) return INVISIBLE
  if (unit === 0x34f || unit === 0x61c || unit === 0x180e) return INVISIBLE
  if ((unit >= 0x2010 && unit <= 0x2015) || unit === 0x2212 || unit === 0xfe63) return 0x2d
  if (unit === 0x201c || unit === 0x201d) return 0x22
  if (unit === 0x2018 || unit === 0x2019) return 0x27
  for (const zero of ZEROS) if (unit >= zero && unit <= zero + 9) return 0x30 + unit - zero
  return unit
}

/** First digits of the decimal digit rows in the basic plane that people type numbers in. */
const ZEROS = [0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50]

const LATIN = new Map<number, number>()
const pairs =
  'аaеeоoрpсcуyхxіiјjѕsһhԁdАAВBЕEКKМMНHОOРPСCТTУYХXЅSІIЈJΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXοoνv'
for (let at = 0; at + 1 < pairs.length; at += 2)
  LATIN.set(pairs.charCodeAt(at), pairs.charCodeAt(at + 1))

/** Cyrillic and Greek look-alikes count as Latin only right behind an ASCII letter, digit, `_` or `-`. */
export function lookAlike(unit: number, previous: number): number {
  const latin = LATIN.get(unit)
  if (latin === undefined) return unit
  const letter = (previous | 0x20) >= 0x61 && (previous | 0x20) <= 0x7a
  const digit = previous >= 0x30 && previous <= 0x39
  return previous < 128 && (letter || digit || previous === 0x5f || previous === 0x2d)
    ? latin
    : unit
}

/** In {@link foldedUnits}: what this unit means, the units around it decide. */
export const NEEDS_ALL = 0xffff
/** In {@link foldedUnits}: it means itself unless a letter, digit, `_` or `-` of ASCII stands in front. */
export const NEEDS_NEIGHBOUR = 0xfffe

/** By unit, what it means wherever it stands, or `NEEDS_…`. */
export function foldedUnits(): Uint16Array {
  const folded = new Uint16Array(65_536)
  for (let unit = 0; unit < 65_536; unit++) {
    const meant = foldUnit(unit)
    folded[unit] = meant === INVISIBLE ? NEEDS_ALL : meant
    if (unit >= 0xd800 && unit <= 0xdbff) folded[unit] = NEEDS_ALL
    if (LATIN.has(unit)) folded[unit] = NEEDS_NEIGHBOUR
  }
  for (const unit of ESCAPING) folded[unit.charCodeAt(0)] = NEEDS_ALL
  return folded
}
