import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, ask } from '../client.ts'
import { useSession } from '../session.tsx'

const read = () => ask(api.orgs.current.get())

/** The organisation of who is signed in. */
export function useOrganization() {
  const { organizationId } = useSession()
  return useQuery({ queryKey: ['organization', organizationId], queryFn: read })
}

/** Changes the organisation; what the API answers is what is shown. */
export function useOrganizationChange(onDone?: () => void) {
  const { organizationId } = useSession()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (body: { display_name?: string; llm_gateway_enabled?: boolean }) =>
      ask(api.orgs.current.patch(body)),
    onSuccess: (changed) => {
      queries.setQueryData(['organization', organizationId], changed)
      onDone?.()
    },
  })
}
