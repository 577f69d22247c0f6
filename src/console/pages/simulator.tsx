import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type SubmitEvent, useEffect, useRef, useState } from 'react'
import { Button } from '../parts/button.tsx'
import { CodeBlock } from '../parts/code-block.tsx'
import { SelectField, TextArea, TextField } from '../parts/field.tsx'
import { PageHead, Section } from '../parts/page-head.tsx'
import { Refusal } from '../parts/refusal.tsx'
import { NotAllowed } from '../parts/states.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { useFilters } from '../parts/use-filters.ts'
import { useSession } from '../session.tsx'
import { curl, WAYS } from '../simulator/dialects.ts'
import { Outcome } from '../simulator/outcome.tsx'
import { simulate } from '../simulator/run.ts'
import { gatewayUrl } from '../start/clients.ts'

/** Of a prompt of this page: a try-out, not a load. */
const PROMPT_UNITS_MAX = 20_000
const PROMPT = 'Write a haiku about a canal lock. My mail is ada@example.com.'

/** One call from the browser: as a client sees it, and as the gateway does. */
export default function Simulator() {
  const { may } = useSession()
  const queries = useQueryClient()
  const [filters, setFilters] = useFilters({ provider: 'demo', model: '', code: 'curl' })
  const [prompt, setPrompt] = useState(PROMPT)
  const [said, setSaid] = useState('')
  const running = useRef<AbortController>(undefined)
  const way = WAYS.find(({ id }) => id === filters.provider) ?? WAYS[0]
  const model = filters.model || way.model
  const spot = { url: gatewayUrl(), model, prompt }
  const mayMakeKeys = may('workspaces:manage-keys') || may('organization:manage')
  // The security policy of the page lets it speak with its own origin alone.
  const isReachable = new URL(spot.url).origin === location.origin
  const call = useMutation({
    mutationFn: () => {
      setSaid('')
      const controller = new AbortController()
      running.current = controller
      return simulate(way, model, prompt, controller.signal, (text) => setSaid((old) => old + text))
    },
    onSettled: () => {
      for (const what of ['requests', 'projects', 'keys'])
        void queries.invalidateQueries({ queryKey: [what] })
    },
  })
  // Leaving the page hangs up, as closing a client does.
  useEffect(() => () => running.current?.abort(), [])
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    call.mutate()
  }
  const stopped = call.error instanceof DOMException && call.error.name === 'AbortError'
  const ended = call.data
  return (
    <>
      <PageHead
        title="Simulator"
        says="One call through the gateway, with a key made for it and deleted after it. It is counted, priced, guarded and traced like any other."
      />
      <div className="grid gap-4 px-6 pb-6 xl:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-4">
          <Section title="Call">
            {!mayMakeKeys ? (
              <NotAllowed needs={['workspaces:manage-keys']} what="make the key of a call" />
            ) : !isReachable ? (
              <p className="m-0 p-4">
                Calls have a listener of their own here, which this page may not reach. Run the
                lines below with a key of yours instead.
              </p>
            ) : null}
            <form onSubmit={submit} className="flex flex-col gap-3 p-4">
              <div className="grid grid-cols-2 gap-3">
                <SelectField
                  label="Provider"
                  value={way.id}
                  onChange={(event) => setFilters({ provider: event.target.value, model: '' })}
                  options={WAYS.map(({ id, label }) => ({ value: id, label }))}
                />
                <TextField
                  label="Model"
                  maxLength={200}
                  value={filters.model}
                  placeholder={way.model}
                  onChange={(event) => setFilters({ model: event.target.value })}
                />
              </div>
              <TextArea
                label="Prompt"
                rows={5}
                maxLength={PROMPT_UNITS_MAX}
                value={prompt}
                onChange={(event) => setPrompt(event.target.value)}
              />
              <div className="flex items-center gap-2">
                <Button
                  type="submit"
                  look="main"
                  busy={call.isPending}
                  disabled={!mayMakeKeys || !isReachable || prompt.trim() === ''}
                >
                  Send
                </Button>
                {call.isPending && <Button onClick={() => running.current?.abort()}>Stop</Button>}
                {stopped && <span className="text-ink-faint">Stopped.</span>}
              </div>
              {call.error && !stopped && <Refusal error={call.error} />}
            </form>
          </Section>
          <Section title="The same in code" says="With a key of yours in SLUICE_API_KEY.">
            <div className="p-4 pt-2">
              <Tabs
                label="Languages"
                value={filters.code}
                onChange={(code) => setFilters({ code })}
                tabs={[
                  { value: 'curl', label: 'curl', text: curl(way, spot) },
                  { value: 'python', label: 'Python', text: way.python(spot) },
                  { value: 'typescript', label: 'TypeScript', text: way.typescript(spot) },
                ].map(({ value, label, text }) => ({
                  ...{ value, label },
                  content: <CodeBlock text={text} what={`the call in ${label}`} />,
                }))}
              />
            </div>
          </Section>
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <Section title="Answer" says="As it comes.">
            <pre
              role="log"
              tabIndex={0}
              aria-label="Answer"
              className="m-0 max-h-96 min-h-32 overflow-auto whitespace-pre-wrap break-words p-4 font-sans text-base"
            >
              {said !== '' ? (
                said
              ) : ended?.refusal === undefined ? (
                <span className="text-ink-faint">
                  {call.isPending ? 'Waiting for the first words…' : 'Nothing was sent yet.'}
                </span>
              ) : (
                <span className="text-bad">
                  {ended.status}: {ended.refusal}
                </span>
              )}
            </pre>
          </Section>
          {ended && (
            <Section title="What the gateway did">
              <Outcome key={ended.id} ended={ended} />
            </Section>
          )}
        </div>
      </div>
    </>
  )
}
