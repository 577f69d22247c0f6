import { expect, test } from 'bun:test'
import { responseParser } from '../../src/upstream/response-parser.ts'

interface Read {
  status: number
  headers: [string, string][]
  body: string
  end: 'open' | 'whole' | 'whole, reusable' | 'broken' | 'cut'
}

function read(pieces: readonly string[], method = 'GET', closes = false): Read {
  const result: Read = { status: 0, headers: [], body: '', end: 'open' }
  const parser = responseParser(method, {
    onHead(status, headers) {
      result.status = status
      result.headers = [...headers]
    },
    onBody: (bytes) => {
      result.body += Buffer.from(bytes).toString('latin1')
    },
    onWhole: (reusable) => {
      result.end = reusable ? 'whole, reusable' : 'whole'
    },
    onBroken: () => {
      result.end = 'broken'
    },
  })
  for (const piece of pieces) parser.push(Buffer.from(piece, 'latin1'))
  if (closes && !parser.close()) result.end = 'cut'
  return result
}

const HEAD = 'HTTP/1.1 200 OK\r\n'
const WHOLE: readonly (readonly [name: string, wire: string, body: string, method?: string])[] = [
  ['a length', `${HEAD}content-length: 5\r\n\r\nhello`, 'hello'],
  ['a length said twice', `${HEAD}content-length: 5\r\nContent-Length: 5, 5\r\n\r\nhello`, 'hello'],
  ['an empty body', `${HEAD}content-length: 0\r\n\r\n`, ''],
  ['one chunk', `${HEAD}transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`, 'hello'],
  [
    'many chunks with extensions and trailers',
    `${HEAD}Transfer-Encoding: Chunked\r\n\r\n1;a=b\r\nh\r\n2 ;x\r\nel\r\n0002\r\nlo\r\n0\r\nx: y\r\nz:1\r\n\r\n`,
    'hello',
  ],
  [
    'many plain chunks',
    `${HEAD}transfer-encoding: chunked\r\n\r\n3\r\none\r\nA\r\n0123456789\r\n1\r\n!\r\n0\r\n\r\n`,
    'one0123456789!',
  ],
  [
    'line ends inside chunks',
    `${HEAD}transfer-encoding: chunked\r\n\r\n4\r\n\r\n\r\n\r\n0\r\n\r\n`,
    '\r\n\r\n',
  ],
  ['no body after 204', 'HTTP/1.1 204 No Content\r\n\r\n', ''],
  ['no body after 304', 'HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n', ''],
  ['no body after HEAD', `${HEAD}content-length: 9\r\n\r\n`, '', 'HEAD'],
  [
    'interim answers',
    `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n${HEAD}content-length: 2\r\n\r\nhi`,
    'hi',
  ],
  ['no reason phrase', 'HTTP/1.1 200\r\ncontent-length: 2\r\n\r\nhi', 'hi'],
]

for (const [name, wire, body, method] of WHOLE)
  test(`${name}: cutting the bytes anywhere changes nothing`, () => {
    const whole = read([wire], method)
    expect(whole.body).toBe(body)
    expect(whole.end).toBe('whole, reusable')
    expect(read(wire.split(''), method)).toEqual(whole)
    for (let cut = 1; cut < wire.length; cut++)
      expect(read([wire.slice(0, cut), wire.slice(cut)], method)).toEqual(whole)
  })

test('a body without framing ends with the connection and nothing else', () => {
  const wire = `${HEAD}\r\nsome text`
  for (let cut = 1; cut < wire.length; cut++) {
    const pieces = [wire.slice(0, cut), wire.slice(cut)]
    expect(read(pieces).end).toBe('open')
    expect(read(pieces, 'GET', true)).toMatchObject({ body: 'some text', end: 'whole' })
  }
})

test('an answer cut short anywhere is never whole', () => {
  for (const [, wire, , method] of WHOLE)
    for (let cut = 0; cut < wire.length; cut++)
      expect(read([wire.slice(0, cut)], method, true).end).toBe('cut')
})

const BROKEN: Readonly<Record<string, string>> = {
  'another protocol': 'SSH-2.0-OpenSSH\r\n\r\n',
  'HTTP/2': 'HTTP/2 200 OK\r\n\r\n',
  'a status out of range': 'HTTP/1.1 600 No\r\n\r\n',
  'a two-digit status': 'HTTP/1.1 20 No\r\n\r\n',
  'an upgrade nobody asked for': 'HTTP/1.1 101 Switching Protocols\r\n\r\n',
  'a folded header': `${HEAD}x: a\r\n b\r\ncontent-length: 0\r\n\r\n`,
  'a space before the colon': `${HEAD}content-length : 0\r\n\r\n`,
  'a header without a colon': `${HEAD}nonsense\r\n\r\n`,
  'an empty header name': `${HEAD}: x\r\n\r\n`,
  'a control character in a header': `${HEAD}x: a\0b\r\n\r\n`,
  'a bare line feed in a header': `${HEAD}x: a\ny: b\r\n\r\n`,
  'two different lengths': `${HEAD}content-length: 5\r\ncontent-length: 6\r\n\r\nhello`,
  'two different lengths in one line': `${HEAD}content-length: 5, 6\r\n\r\nhello`,
  'a negative length': `${HEAD}content-length: -1\r\n\r\n`,
  'a hexadecimal length': `${HEAD}content-length: 0x5\r\n\r\nhello`,
  'an empty length': `${HEAD}content-length:\r\n\r\n`,
  'a length and chunks': `${HEAD}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
  'a coding we do not take out': `${HEAD}transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
  'chunked twice': `${HEAD}transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
  'chunks in HTTP/1.0': 'HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
  'a chunk size that is no number': `${HEAD}transfer-encoding: chunked\r\n\r\nxyz\r\n`,
  'a missing chunk size': `${HEAD}transfer-encoding: chunked\r\n\r\n\r\nhello`,
  'a chunk size beyond reason': `${HEAD}transfer-encoding: chunked\r\n\r\nfffffffffff\r\n`,
  'a chunk longer than its size': `${HEAD}transfer-encoding: chunked\r\n\r\n3\r\nhello\r\n0\r\n\r\n`,
  'a bare line feed after a chunk size': `${HEAD}transfer-encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n`,
  'an endless chunk extension': `${HEAD}transfer-encoding: chunked\r\n\r\n5;${'x'.repeat(2000)}`,
  'endless trailers': `${HEAD}transfer-encoding: chunked\r\n\r\n0\r\n${'a: b\r\n'.repeat(5000)}`,
  'a flood of interim answers': 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(20),
  'a giant head': `${HEAD}x: ${'y'.repeat(70_000)}`,
  'a giant head with an end': `${HEAD}x: ${'y'.repeat(70_000)}\r\n\r\n`,
}

for (const [name, wire] of Object.entries(BROKEN))
  test(`${name} is refused, however it is cut`, () => {
    expect(read([wire]).end).toBe('broken')
    const step = wire.length > 1000 ? 997 : 1
    const pieces: string[] = []
    for (let at = 0; at < wire.length; at += step) pieces.push(wire.slice(at, at + step))
    expect(read(pieces).end).toBe('broken')
  })

test('a giant head dripping in byte by byte is refused at the limit', () => {
  const wire = `${HEAD}x: ${'y'.repeat(66_000)}`
  expect(read(wire.split('')).end).toBe('broken')
})

test('bytes behind the end keep the connection from being used again', () => {
  expect(read([`${HEAD}content-length: 2\r\n\r\nhi!`])).toMatchObject({ body: 'hi', end: 'whole' })
  expect(read([`${HEAD}transfer-encoding: chunked\r\n\r\n0\r\n\r\nHTTP/1.1 200`]).end).toBe('whole')
  expect(read(['HTTP/1.1 204 No\r\n\r\nbody?']).end).toBe('whole')
})

test('the connection is used again only when the provider agrees', () => {
  const body = 'content-length: 0\r\n\r\n'
  expect(read([`${HEAD}connection: close\r\n${body}`]).end).toBe('whole')
  expect(read([`${HEAD}Connection: Foo, Close\r\n${body}`]).end).toBe('whole')
  expect(read([`HTTP/1.0 200 OK\r\n${body}`]).end).toBe('whole')
  expect(read([`HTTP/1.0 200 OK\r\nconnection: keep-alive\r\n${body}`]).end).toBe('whole, reusable')
})

test('hop-by-hop headers are gone, all others stay as they came', () => {
  const wire = `${HEAD}Connection: x-hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nUpgrade: h2c\r\nX-A: one\r\nx-a: two\r\nSet-Cookie: a\r\nSet-Cookie: b\r\ncontent-length: 0\r\n\r\n`
  expect(read([wire]).headers.sort()).toEqual([
    ['content-length', '0'],
    ['set-cookie', 'a'],
    ['set-cookie', 'b'],
    ['x-a', 'one, two'],
  ])
})

test('all chunks of one read are told in one run of bytes', () => {
  const runs: string[] = []
  const parser = responseParser('GET', {
    onHead() {},
    onBody: (bytes) => void runs.push(Buffer.from(bytes).toString()),
    onWhole() {},
    onBroken() {},
  })
  parser.push(Buffer.from(`${HEAD}transfer-encoding: chunked\r\n\r\n`))
  parser.push(Buffer.from('3\r\none\r\n3\r\ntwo\r\n5\r\nth'))
  parser.push(Buffer.from('ree\r\n0\r\n\r\n'))
  expect(runs).toEqual(['onetwoth', 'ree'])
})

test('a sink that stops inside an event hears nothing more', () => {
  const heard: string[] = []
  const parser = responseParser('GET', {
    onHead() {
      heard.push('head')
      parser.stop()
    },
    onBody: () => void heard.push('body'),
    onWhole: () => void heard.push('whole'),
    onBroken: () => void heard.push('broken'),
  })
  parser.push(Buffer.from(`${HEAD}content-length: 2\r\n\r\nhi`))
  expect(heard).toEqual(['head'])
})
