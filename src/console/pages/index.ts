import type { Page } from '../page.ts'

/** Every page, in the order of the sidebar. A page is one file here and its row below. */
export const PAGES: readonly Page[] = [
  {
    path: '/start',
    title: 'Get started',
    group: 'Start',
    needs: [],
    key: 's',
    words: 'quickstart onboarding snippet curl client',
    load: () => import('./start.tsx'),
  },
  {
    path: '/overview',
    title: 'Overview',
    group: 'Observe',
    needs: ['runs:read'],
    key: 'o',
    words: 'dashboard home spend',
    load: () => import('./overview.tsx'),
  },
  {
    path: '/projects',
    title: 'Projects',
    group: 'Observe',
    needs: ['projects:read'],
    key: 'p',
    words: 'traces sessions',
    load: () => import('./projects.tsx'),
  },
  {
    path: '/requests',
    title: 'Requests',
    group: 'Observe',
    needs: ['runs:read'],
    key: 'r',
    words: 'calls traces log live tail',
    load: () => import('./requests.tsx'),
  },
  {
    path: '/requests/$id',
    title: 'Call',
    needs: ['runs:read'],
    load: () => import('./request.tsx'),
  },
  {
    path: '/conversations',
    title: 'Conversations',
    group: 'Observe',
    needs: ['runs:read'],
    key: 'c',
    words: 'sessions threads agents',
    load: () => import('./conversations.tsx'),
  },
]
