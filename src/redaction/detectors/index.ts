import type { Detector } from '../detector.ts'
import { ai } from './ai.ts'
import { anthropic } from './anthropic.ts'
import { assignedSecrets } from './assigned-secret.ts'
import { aws } from './aws.ts'
import { awsAccount } from './aws-account.ts'
import { azure } from './azure.ts'
import { chatBots } from './chat-bots.ts'
import { commerceAndMessaging } from './commerce-and-messaging.ts'
import { connections } from './connection.ts'
import { curlUser } from './curl-user.ts'
import { dateOfBirth } from './date-of-birth.ts'
import { developerPlatforms } from './developer-platforms.ts'
import { digitNumbers } from './digits.ts'
import { email } from './email.ts'
import { github } from './github.ts'
import { gitlab } from './gitlab.ts'
import { google } from './google.ts'
import { labelledNumbers } from './labelled-number.ts'
import { langsmith } from './langsmith.ts'
import { letteredNumber, vatNumber } from './lettered-number.ts'
import { licensePlate } from './license-plate.ts'
import { money } from './money.ts'
import { nationalNumber } from './national-number.ts'
import { network } from './network.ts'
import { numberedTokens } from './numbered-token.ts'
import { openai } from './openai.ts'
import { shapes } from './shapes.ts'
import { slack } from './slack.ts'
import { sluice } from './sluice.ts'
import { stripe } from './stripe.ts'
import { urlCredential } from './url-credential.ts'
import { usSsn } from './us-ssn.ts'

/** Every built-in detector of secrets. */
export const SECRETS: readonly Detector[] = [
  ...ai,
  ...anthropic,
  ...assignedSecrets,
  ...aws,
  awsAccount,
  ...azure,
  ...chatBots,
  ...commerceAndMessaging,
  ...connections,
  curlUser,
  ...developerPlatforms,
  ...github,
  ...gitlab,
  ...google,
  ...langsmith,
  ...numberedTokens,
  ...openai,
  ...shapes,
  ...slack,
  ...sluice,
  ...stripe,
  urlCredential,
]

/** Every built-in detector of structured facts about persons. */
export const STRUCTURED_PII: readonly Detector[] = [
  dateOfBirth,
  ...digitNumbers,
  email,
  ...labelledNumbers,
  letteredNumber,
  licensePlate,
  ...money,
  nationalNumber,
  ...network,
  usSsn,
  vatNumber,
]

/** Every built-in detector but those of names. */
export const DETECTORS: readonly Detector[] = [...SECRETS, ...STRUCTURED_PII]
