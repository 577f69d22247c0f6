import { ALNUM, DIGIT, isIn } from '../automaton/classes.ts'
import type { LabelDetector } from '../detector.ts'
import { locateLabelled } from '../values/label.ts'

/** Account numbers of AWS: twelve digits behind their label. */
export const awsAccount: LabelDetector = {
  type: 'label',
  id: 'aws-account-id',
  kind: 'secret',
  entity: 'AWS_ACCOUNT_ID',
  words: [
    'aws_account_id',
    'awsaccountid',
    'aws account',
    'aws account id',
    'aws_account',
    'aws-account-id',
  ],
  whole: true,
  look: 'labelled',
  locate: (text, position, word) => locateLabelled(text, position, word.length),
  judge(text, position) {
    let end = position
    let digits = 0
    while (end - position < 14 && (isIn(DIGIT, text.at(end)) || text.at(end) === 0x2d))
      if (text.at(end++) !== 0x2d) digits++
    return digits === 12 && !isIn(ALNUM, text.at(end)) ? { start: position, end } : undefined
  },
  cases: {
    hits: () => {
      const value = '7644'.repeat(3)
      return [[`aws_account_id=${value}\n`, [value]]]
    },
    misses: () => [['aws_account_id=none', 'no number']],
  },
}
