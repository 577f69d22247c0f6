import { token } from './token.ts'

/** Tokens and webhooks of Slack. Source: Slack documentation, token types. */
export const slack = [
  token('slack-bot-token', 'xoxb- xoxe.xoxb-', '[0-9A-Za-z\\-]{16}', { disguises: true }),
  token('slack-user-token', 'xoxp- xoxe.xoxp- xoxe-', '[0-9A-Za-z\\-]{16}', { disguises: true }),
  token('slack-app-token', 'xapp-', '[0-9]-[A-Z0-9]{6,}-[0-9A-Za-z\\-]{8}', { disguises: true }),
  token('slack-legacy-token', 'xoxa- xoxr- xoxs- xoxo- xoxc- xoxd-', '[0-9A-Za-z%/+\\-]{10}', {
    tail: 'A-Za-z0-9%/+=\\-',
  }),
  token(
    'slack-webhook',
    'https://hooks.slack.com/ http://hooks.slack.com/ hooks.slack.com/',
    '(services|workflows|triggers)/[A-Za-z0-9/]{16}',
    {
      tail: 'A-Za-z0-9/_\\-',
    },
  ),
]
