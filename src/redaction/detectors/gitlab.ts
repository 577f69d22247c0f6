import { token } from './token.ts'

/** Tokens of GitLab, one prefix a kind. Source: GitLab documentation, token overview. */
export const gitlab = [
  token('gitlab-pat', 'glpat-', '[A-Za-z0-9_\\-]{20}', { tail: 'A-Za-z0-9_.\\-', disguises: true }),
  token(
    'gitlab-ci-job-token',
    'glcbt-',
    '[A-Za-z0-9]{1,5}_[A-Za-z0-9_\\-]{20}|[A-Za-z0-9_\\-]{20}',
  ),
  token(
    'gitlab-token',
    'gldt- glft- glsoat- glimt- glagent- gloas- glptt- glrt- glrtr- glffct- glwt- gltok-',
    '[A-Za-z0-9_\\-]{20}',
    { tail: 'A-Za-z0-9_.\\-' },
  ),
  token('gitlab-runner-token', 'GR13489', '[A-Za-z0-9_\\-]{22}'),
  token('gitlab-session', '_gitlab_session=', '[a-z0-9]{32}'),
]
