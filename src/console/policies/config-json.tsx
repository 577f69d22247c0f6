import { useEffect, useState } from 'react'
import { TextArea } from '../parts/field.tsx'
import type { ConfigProps } from './kind-fields.tsx'

/** The whole config as JSON: everything that the fields above do not show. */
export function ConfigJson({ config, onChange }: ConfigProps) {
  const current = JSON.stringify(config, null, 2)
  const [text, setText] = useState(current)
  const read = readObject(text)
  // The fields changed it; what is being typed here stays as it is typed.
  useEffect(() => {
    setText((old) => (JSON.stringify(readObject(old), null, 2) === current ? old : current))
  }, [current])
  return (
    <details>
      <summary className="text-ink-soft">Everything as JSON</summary>
      <div className="mt-2">
        <TextArea
          label="Config"
          rows={10}
          className="w-full"
          value={text}
          onChange={(event) => {
            setText(event.target.value)
            const found = readObject(event.target.value)
            if (found) onChange(found)
          }}
          error={
            read === undefined ? 'This is no JSON object yet; nothing of it is taken.' : undefined
          }
        />
      </div>
    </details>
  )
}

function readObject(text: string): Record<string, unknown> | undefined {
  try {
    const found: unknown = JSON.parse(text)
    if (typeof found !== 'object' || found === null || Array.isArray(found)) return undefined
    return found as Record<string, unknown>
  } catch {
    return undefined
  }
}
