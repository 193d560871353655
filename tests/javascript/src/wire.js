// Frames and bundles: sections 2 and 3 of docs/protocol.md.

import { decode as fromCbor, encode as toCbor } from 'cborg'
import { decompress } from 'fzstd'
import { concat } from './bytes.js'
import { limit } from './page.js'

export const TYPES = {
  hello: 1, push: 2, ping: 3, compare: 4, want: 5, follow: 6, presence: 7, manage: 8,
  welcome: 65, batch: 66, 'caught-up': 67, ack: 68, notice: 69, pong: 70, records: 71, compared: 72, present: 73, managed: 74, wait: 75,
}
const NAMES = new Map(Object.entries(TYPES).map(([name, type]) => [type, name]))

export const MOST = {
  frame: limit('a frame'),
  change: limit('a change, as it stands in a bundle'),
  entries: limit('entries in a bundle'),
  inflated: limit('a bundle after decompression'),
  pushes: limit('pushes that wait for an answer'),
  names: limit('names in a comparison'),
  ranges: limit('ranges in a comparison'),
  wanted: limit('records wanted at once'),
  known: limit('changes known of a wanted record'),
}

/** What came breaks the protocol: the connection is to be closed. */
export class ProtocolError extends Error {}

/** A message as a frame. */
export function frame(name, body) {
  const type = new Uint8Array([TYPES[name]])
  return body === undefined ? type : concat(type, toCbor(body))
}

/** The message in a frame: its name and its map. */
export function unframe(bytes) {
  if (bytes.length === 0 || bytes.length > MOST.frame) throw new ProtocolError('a frame of no size that is allowed')
  const name = NAMES.get(bytes[0])
  if (!name) throw new ProtocolError(`messages of type ${bytes[0]} are unknown`)
  return { name, body: bytes.length > 1 ? cbor(bytes.subarray(1)) : {} }
}

function cbor(bytes) {
  try {
    return fromCbor(bytes, { rejectDuplicateMapKeys: true })
  } catch (error) {
    throw new ProtocolError(`it is no CBOR: ${error.message}`)
  }
}

export const CHANGE = 0
export const KNOWN = 1
export const DOCUMENT = 2

/** Entries as a bundle: the CBOR array in one zstd frame. */
export const bundle = (entries) =>
  store(toCbor(entries.map(({ record, kind = CHANGE, bytes }) => [record, kind, bytes])))

/** The entries of a bundle. */
export function unbundle(bytes) {
  const size = declared(bytes)
  if (size !== null && size > MOST.inflated) throw new ProtocolError('a bundle is too large')
  let inflated
  try {
    inflated = decompress(bytes)
  } catch (error) {
    throw new ProtocolError(`a bundle is no zstd: ${error.message}`)
  }
  if (inflated.length > MOST.inflated) throw new ProtocolError('a bundle is too large')
  const entries = cbor(inflated)
  if (!Array.isArray(entries) || entries.length > MOST.entries) throw new ProtocolError('a bundle has too many entries')
  return entries.map(([record, kind, bytes]) => {
    if (record?.length !== 16 || !(bytes instanceof Uint8Array) || bytes.length > MOST.change) {
      throw new ProtocolError('an entry is none')
    }
    return { record, kind, bytes }
  })
}

// A zstd frame (RFC 8878) that holds bytes as they are: no library here compresses, and nothing asks that a frame be small.
const MAGIC = [0x28, 0xb5, 0x2f, 0xfd]
const BLOCK = 128 * 1024

function store(bytes) {
  // One segment, with its size in four bytes.
  const parts = [new Uint8Array([...MAGIC, 0xa0]), number(bytes.length, 4)]
  for (let from = 0; from === 0 || from < bytes.length; from += BLOCK) {
    const part = bytes.subarray(from, from + BLOCK)
    const last = from + BLOCK >= bytes.length ? 1 : 0
    parts.push(number(part.length * 8 + last, 3), part)
  }
  return concat(...parts)
}

const number = (value, length) => Uint8Array.from({ length }, (_, place) => (value >>> (8 * place)) & 0xff)

/** The size that a zstd frame says it has (RFC 8878, section 3.1.1.1), or null where it says none. */
function declared(bytes) {
  if (bytes.length < 6 || !MAGIC.every((byte, place) => bytes[place] === byte)) throw new ProtocolError('a bundle is no zstd')
  const flags = bytes[4]
  const single = (flags & 0x20) !== 0
  const length = [single ? 1 : 0, 2, 4, 8][flags >> 6]
  const from = 5 + (single ? 0 : 1) + [0, 1, 2, 4][flags & 3]
  if (length === 0) return null
  let size = 0
  for (let place = length - 1; place >= 0; place--) size = size * 256 + (bytes[from + place] ?? 0)
  return length === 2 ? size + 256 : size
}
