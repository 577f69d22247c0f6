import { token } from './token.ts'

/** Key ids of AWS: four letters say the kind, sixteen of the base-32 alphabet follow. Bedrock keys carry base64. */
export const aws = [
  token('aws-access-key', 'AKIA ASIA ABIA ACCA A3T', '[A-Z0-9]{16}', {
    tail: 'A-Z0-9',
    disguises: true,
  }),
  token('aws-bedrock-key', 'ABSK bedrock-api-key-', '[A-Za-z0-9+/]{30}', { tail: 'A-Za-z0-9+/=' }),
  token(
    'aws-mws-token',
    'amzn.mws.',
    '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
  ),
  token('aws-unique-id', 'AROA AIDA AGPA AIPA ANPA ANVA APKA ASCA', '[A-Z0-9]{16}', {
    tail: 'A-Z0-9',
    exact: true,
  }),
]
