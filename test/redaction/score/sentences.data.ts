/** A sentence with holes: `<name>`, `<given>`, `<family>`, `<place>`, `<group>`. */
export interface Sentence {
  readonly id: string
  readonly lang: string
  readonly text: string
}

const WRITTEN: Readonly<Record<string, readonly string[]>> = {
  en: [
    'Good morning, I am <name> from <place> and I would like to cancel my order.',
    'Please draft an email to <name> about the rent in <place>.',
    'Patient <name> was admitted on Monday; next of kin: <name>.',
    'Prof. <family> will meet Ms <family> at the clinic in <place>.',
    '{"customer": {"first_name": "<given>", "last_name": "<family>", "city": "<place>"}}',
    'first_name,last_name,city\n<given>,<family>,<place>\n<given>,<family>,<place>\n',
    'From: <name> (x@example.com)\nTo: <name>\nSubject: lease\n\nDear <given>,\nsee below.\n\nKind regards,\n<given>',
    '| name | city |\n|---|---|\n| <name> | <place> |\n| <name> | <place> |',
    'user: my boss <name> wants me to relocate to <place>, what should I say?',
    'Thanks <given>! I will tell <given> tomorrow.',
    'The ticket was opened by <name> and assigned to <name>.',
    'Interviewer: <name>. Candidate: <name>, currently living in <place>.',
    "<name>'s flight to <place> leaves at nine.",
    'Translate: "<given> moved to <place> with her husband <given>."',
    '[{"role":"user","content":"hi, my name is <name>, book me a hotel in <place>"}]',
    'Witness statement of <name>, born in <place>, nationality <group>.',
    'He is <group> and his wife is <group>; both live in <place>.',
    'As a <group> candidate she won the seat.',
    '2026-03-01 10:02:11 INFO signup name="<name>" city="<place>" plan=free',
    'Signed,\n<name>\nManaging Director',
    'cc @team: <given> is out today, <given> covers.',
    'Is <name> related to Mr. <family>?',
  ],
  de: [
    'Guten Tag, mein Name ist <name> und ich wohne in <place>.',
    'Sehr geehrte Frau <family>, sehr geehrter Herr <family>,',
    'Mieterin: <name>, Ort: <place>',
    'Bitte rufen Sie <name> wegen der Wohnung in <place> zurück.',
  ],
  fr: [
    "Bonjour, je suis <name> et j'habite à <place>.",
    'Chère Madame <family>, Monsieur <family> vous attend à <place>.',
    'Le patient <name> demande un rendez-vous.',
  ],
  es: [
    'Hola, me llamo <name> y vivo en <place>.',
    'Estimado señor <family>: la doctora <family> le espera en <place>.',
    'El paciente <name> pide una cita.',
  ],
  it: [
    'Salve, mi chiamo <name> e vivo a <place>.',
    'Gentile signora <family>, il dottor <family> è a <place>.',
  ],
  pt: [
    'Oi, eu me chamo <name> e moro em <place>.',
    'Prezada senhora <family>, o senhor <family> está em <place>.',
  ],
  nl: [
    'Hallo, mijn naam is <name> en ik woon in <place>.',
    'Geachte mevrouw <family>, de heer <family> belt u.',
  ],
  tr: ['Merhaba, adım <name> ve <place> şehrinde yaşıyorum.', 'Sayın <name>, başvurunuz alındı.'],
  ru: [
    'Добрый день, меня зовут <name>, я живу в городе <place>.',
    'Уважаемый <name>, ваш заказ готов.',
  ],
  zh: ['您好，我是<name>，住在<place>。', '请联系<name>先生，地址在<place>。'],
  ja: [
    'こんにちは、私の名前は<name>です。<place>に住んでいます。',
    '<name>様、お世話になっております。',
  ],
  ko: ['안녕하세요, 저는 <name>입니다. <place>에 살고 있습니다.', '<name> 님께 전화 부탁드립니다.'],
  vi: ['Chào bạn, tên tôi là <name>, tôi sống ở <place>.', 'Anh <name> đã gửi đơn từ <place>.'],
  hi: [
    'Hello, I am <name> from <place>, please call me back.',
    'Dear Mr. <family>, Smt. <name> will visit <place>.',
  ],
}

/** Every sentence with its language. */
export const SENTENCES: readonly Sentence[] = Object.entries(WRITTEN).flatMap(([lang, all]) =>
  all.map((text, index) => ({ id: `${lang}-${index}`, lang, text })),
)
