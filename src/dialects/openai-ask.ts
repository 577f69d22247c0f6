import { type Json, type JsonObject, member, numberMember, textMember } from '../base/json.ts'

/** The largest of the members that are whole numbers: a caller may set several names for one ceiling. */
export function largest(body: JsonObject, names: readonly string[]): number | undefined {
  const values = names
    .map((name) => numberMember(body, name))
    .filter((value) => value !== undefined && Number.isInteger(value) && value >= 0)
  return values.length === 0 ? undefined : Math.max(...values.map((value) => value ?? 0))
}

/** A count of answers as sent; 1 when absent or nonsense, which the provider refuses itself. */
export function answersAsked(value: Json | undefined): number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : 1
}

/** What a request's content makes a call cost beyond its visible text. */
export interface MediaFacts {
  images: number
  readonly unbounded: Set<string>
}

/** Counts one image given by URL: `data:` stands in the body, anything else is fetched by the provider. */
export function noteImageUrl(url: string | undefined, facts: MediaFacts): void {
  facts.images++
  if (url !== undefined && !url.startsWith('data:')) facts.unbounded.add('remote_image')
}

/** Notes the parts of chat or Responses content: images, remote documents, stored files. */
export function notePart(part: Json, facts: MediaFacts): void {
  const type = textMember(part, 'type') ?? ''
  if (type === 'image_url' || type === 'input_image') {
    const url = member(part, 'image_url')
    const text = typeof url === 'string' ? url : textMember(url, 'url')
    if (text !== undefined || member(part, 'file_id') === undefined) noteImageUrl(text, facts)
  }
  if (type === 'computer_screenshot') noteImageUrl(textMember(part, 'image_url'), facts)
  const file = type === 'file' ? member(part, 'file') : part
  if (typeof member(file, 'file_id') === 'string') facts.unbounded.add('file_id')
  if (textMember(file, 'file_url') !== undefined) facts.unbounded.add('remote_file')
  // A PDF's pages are read as images too, so its bytes do not bound its tokens.
  if (textMember(file, 'file_data') !== undefined) facts.unbounded.add('document')
}

/** Every part of a list of messages or items whose `content` is a list. */
export function contentParts(list: Json | undefined): Json[] {
  if (!Array.isArray(list)) return []
  return list.flatMap((one) => {
    const content = member(one, 'content')
    return Array.isArray(content) ? content : []
  })
}
