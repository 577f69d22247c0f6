import { token } from './token.ts'

/** Keys of Stripe: secret, restricted, webhook; live and test. Publishable ones are public. */
export const stripe = [
  token(
    'stripe-access-token',
    'sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ rk_prod_',
    '[A-Za-z0-9]{10}',
    { disguises: true },
  ),
  token('stripe-webhook-secret', 'whsec_', '[A-Za-z0-9+/=]{24}', { tail: 'A-Za-z0-9+/=' }),
]
