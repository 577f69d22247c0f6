import { ALNUM, isIn } from '../automaton/classes.ts'
import { type LabelDetector, NO_CASES, type Reader } from '../detector.ts'
import { locateLabelled } from '../values/label.ts'
import { readNumber } from '../values/number.ts'

/** A number that its label gives away. */
interface Row {
  readonly entity: string
  /** Lower case, separated by `|`. */
  readonly labels: string
  /** Fewest and most letters and digits. */
  readonly units: readonly [from: number, to: number]
  readonly digitsMin: number
  /** What letters and digits must look like, without their marks. */
  readonly shape?: RegExp
}

/** Labels of numbers that identify a person or a business, with the lengths their authorities give out. */
const ROWS: readonly Row[] = [
  row(
    'US_SSN',
    'ssn|social security number|social security no|social security|social security #|soc sec|us_ssn',
    9,
    9,
    9,
  ),
  row('US_ITIN', 'itin|taxpayer identification', 9, 9, 9),
  row(
    'PASSPORT',
    'passport|passport no|passport number|passport_no|passport #|passeport|reisepass|reisepassnummer|pasaporte|passaporto|numero di passaporto|passaporte|paspoort|pass-nr|passnummer|여권|여권번호|护照|旅券|паспорт|pas number|passport is',
    6,
    14,
    3,
  ),
  row(
    'US_BANK_NUMBER',
    'bank account|bank account number|account number|account_number|acct no|account no|iban|kontonummer|bban',
    6,
    34,
    6,
  ),
  row(
    'DRIVER_LICENSE',
    "driver's license|drivers license|driver license|driving licence|driving license|driver's licence|drivers_license|driver_license|driving_licence|driving_license|dl number|dl_number|licence|license number|licence number|license_number|führerschein|führerscheinnummer|fuehrerschein|fuehrerscheinnummer|permis de conduire|patente|carnet de conducir|운전면허|운전면허번호|rijbewijs|cnh",
    5,
    18,
    4,
  ),
  row(
    'NATIONAL_ID',
    'national id|national_id|national identity|national identification|national identity number|nationalid|national insurance number|national insurance|nino|nric|fin number|hkid|aadhaar|aadhar|cpr|cpf|curp|bsn|burgerservicenummer|nie|nif|dni|egn|jmbg|emso|emšo|oib|pesel|fodselsnummer|fødselsnummer|personnummer|henkilötunnus|hetu|personal identity|personal identity code|personal_code|isikukood|asmens kodas|personal code|rodne cislo|rodné číslo|cnp|amka|codice fiscale|codice_fiscale|insee|numéro de sécurité sociale|nir|rrn|frn|주민등록번호|주민등록|외국인등록번호|身份证|身份证号|居民身份证|マイナンバー|my number|tckn|t.c. kimlik|tc kimlik|kimlik|kimlik numarası|kimlik no|tckn numarası|teudat zehut|id number|identity number|id_number|identity card|identity_card|id card|id_card|personalausweis|personalausweisnummer|ausweisnummer|ausweis|carta identita|carta_identita|carta d identità|carte d identité|za_id|thai_id|thai id|tnin|เลขประจำตัวประชาชน|เลขบัตรประชาชน|voter id|voter_id|epic|ric|cf|rc|rč|identify number|codicefiscale|rntrc|ik|cédula|cedula|rut|cuil|ci|ce|bi|ui|sin|social insurance number|social insurance|pps|ppsn|pps number|nin|natid|nid|idnr|id-nr|emirates id|iqama|civil id|mynumber|kennitala|nif number|finnish id|swedish id|turkish id|south african id|south african id number|nationalnummer|citizen id|citizenship|id code|identification number|identificación|identidad|documento|extranjero|certificate number|pas no|resident number|id doc',
    5,
    20,
    4,
  ),
  row(
    'TAX_ID',
    'tax id|tax_id|taxid|tax identification number|tax identification|tax number|tax_number|tin|bir tin|ein|steuer-id|steuer_id|steuerid|steuernummer|steueridentifikationsnummer|idnr.|steuer-nr|nit|cnic|ird|pan|pan number|pan card|gstin|gst|gst registration|gst number|insz|niss|nn|rn|bis|pwnr|vnr|abn|tfn|acn|siren|siret|npwp|cui|cr|anum|nipt|vsnr|peid|identity code|nss|rif|cif|tax code|tax_code|inn|инн|utr|ust-idnr.|ust-idnr|ust-id|ust_id|ustid|umsatzsteuer|partita iva|p.iva|nip|regon|cnpj|kvk|btw|btw-nummer|orgnr|organisationsnummer|org number|org_number|company identity|company number|company_number|uen|ico|ičo|dič|dic|handelsregister|handelsregisternummer|hr_nummer|hr-nummer|crn|mva|cvr|fiscal|ruc|cuit|nuit|nrt|edrpou|bin|iin|pin number|tva|iva|moms|registrikood|reg. code|rnc|afm',
    4,
    28,
    4,
  ),
  row('VAT', 'vat|vat number|vat_number|vat id|vat no|vat registration', 6, 16, 3),
  row('TAX_ID_MX', 'rfc', 12, 13, 6, /^[A-Z&Ñ]{3,4}\d{6}[A-Z0-9]{3}$/i),
  row('NATIONAL_ID_CL', 'run', 8, 9, 7, /^\d{7,8}[\dk]$/i),
  row('NATIONAL_ID_SN', 'ni', 9, 14, 7),
  row(
    'HEALTH_ID',
    'nhs|nhs number|nhs_number|nhs no|medicare|medicare card|medicare number|mbi|beneficiary|beneficiary identifier|npi|dea|dea_number|dea number|dea certificate|medical license|medical_license|kvnr|krankenversichertennummer|versichertennummer|krankenversicherung|lanr|arztnummer|bsnr|betriebsstättennummer|patient|patient id|mrn|medical record|medical record number|health card|ohip|health insurance|provider identifier|carte vitale|health number|lebenslange arztnummer',
    7,
    18,
    5,
  ),
  row(
    'ABA_ROUTING_NUMBER',
    'aba|aba_routing|aba routing|routing|routing number|routing_number|routing no|sort code|sort_code|bank code',
    6,
    9,
    6,
  ),
  row('IMEI', 'imei|imei number|device imei|imeisv', 14, 17, 14),
  row(
    'CREDIT_CARD',
    'credit card|credit_card|creditcard|card number|card_number|card no|cardnumber|cc number|cc_number|cc|debit card|kreditkarte|kartennummer|carte bancaire|tarjeta|visa|mastercard|amex|pan number',
    12,
    19,
    12,
  ),
  row(
    'POSTCODE',
    'postcode|post code|postal code|postal_code|zip code|zip_code|zipcode|plz|postleitzahl|code postal',
    4,
    10,
    2,
  ),
  row(
    'SWIFT_CODE',
    'swift code|bic|bic/swift|swift_code',
    8,
    11,
    0,
    /^[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?$/,
  ),
]

function row(
  entity: string,
  labels: string,
  from: number,
  to: number,
  digitsMin: number,
  shape?: RegExp,
): Row {
  return { entity, labels, units: [from, to], digitsMin, ...(shape ? { shape } : {}) }
}

/** Labels that are also words or names of code: their value must stand behind an operator or `is`, and be mostly digits. */
const SHORT = new Set(
  'ric cf ik rc nss rif cif cr cui ci ce bi ui ni nn rn sin tin nie nit pan bis vat run cc ird nid vnr ico dic cpr rfc frn nin fin bin iin iva tva aba dni ein abn rut bic patient beneficiary licence license patente ausweis pps inn pas routing ethernet visa fiscal documento swift medicare provider citizenship extranjero identidad'.split(
    ' ',
  ),
)

function detectorOf({ entity, labels, units: [from, to], digitsMin, shape }: Row): LabelDetector {
  return {
    type: 'label',
    id: `labelled-${entity.toLowerCase().replaceAll('_', '-')}`,
    kind: 'pii',
    entity,
    words: labels.split('|'),
    whole: true,
    ...(digitsMin > 0 ? { look: 'labelled' as const } : {}),
    locate: (text, position, word) => locateLabelled(text, position, word.length, SHORT.has(word)),
    judge(text, position, word) {
      const { end, compact, digits } = readNumber(text, position, to)
      if (compact.length < from || digits < digitsMin) return undefined
      if (shape && !shape.test(compact)) return undefined
      if (goesOn(text, end)) return undefined
      if (SHORT.has(word) && digits < compact.length / 3) return undefined
      if (isTime(text, position, end)) return undefined
      return { start: position, end: withCheckDigit(text, end) }
    },
    cases: NO_CASES,
  }
}

/** True when the number is only the beginning of a longer run of letters, digits and marks. */
function goesOn(text: Reader, end: number): boolean {
  const after = text.at(end)
  if (isIn(ALNUM, after) || after === 0x5f) return true
  return (after === 0x2d || after === 0x3a || after === 0x2e) && isIn(ALNUM, text.at(end + 1))
}

/** A check digit in brackets belongs to the number: `A123456(3)`. */
function withCheckDigit(text: Reader, end: number): number {
  const open = text.at(end)
  if (open !== 0x28 && open !== 0x5b) return end
  const close = text.at(end + 2)
  return isIn(ALNUM, text.at(end + 1)) && (close === 0x29 || close === 0x5d) ? end + 3 : end
}

/** Dates, times and decimal numbers stand behind the same labels. */
function isTime(text: Reader, start: number, end: number): boolean {
  let written = ''
  for (let at = start; at < end; at++) written += String.fromCharCode(text.at(at))
  return (
    /^\d{4}-\d{2}-\d{2}/.test(written) ||
    /^\d{1,2}:\d{2}/.test(written) ||
    /^\d+\.\d+$/.test(written) ||
    /^v?\d{1,2}\.\d{1,3}\.\d{1,2}$/.test(written)
  )
}

/** Numbers of persons and businesses behind their labels. */
export const labelledNumbers: readonly LabelDetector[] = ROWS.map(detectorOf)
