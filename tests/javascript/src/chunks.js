// Automerge's chunks, as far as a client looks into them itself: checksum, hash, and the limits of section 6. What is in them beyond that is
// Automerge's to read.

import { inflateRawSync } from 'node:zlib'
import { compare, concat, equal, hex, leb, Reader, sha256, unhex } from './bytes.js'
import { limit } from './page.js'

const MAGIC = new Uint8Array([0x85, 0x6f, 0x4a, 0x83])
const MOST = {
  inflated: limit('a compressed change, inflated'),
  dependencies: limit('dependencies'),
  actors: limit('other actors'),
  actor: limit("an actor's name"),
  message: limit('its message'),
  columns: limit('columns'),
  footer: limit('what stands behind its columns'),
  number: limit('its number'),
  operation: limit('the number of its first operation'),
}

/** A chunk that is none, or is beyond a limit. */
export class ChunkError extends Error {}

/** What a change chunk says of itself, after its checksum was found right. */
export function readChange(bytes) {
  const { hash, plain, checksum } = named(bytes)
  if (!equal(unhex(hash).subarray(0, 4), checksum)) throw new ChunkError('its checksum is wrong')
  return { hash, bytes: concat(MAGIC, checksum, Uint8Array.of(1), leb(plain.length), plain), ...header(new Reader(plain)) }
}

/** The name of a change, whatever it is worth: its place in the log counts by it. */
export const nameOf = (bytes) => named(bytes).hash

function named(bytes) {
  const { type, checksum, contents } = unframe(bytes)
  if (type !== 1 && type !== 2) throw new ChunkError(`it is another kind of chunk (${type})`)
  const plain = type === 1 ? contents : inflate(contents)
  return { hash: hex(digest(1, plain)), plain, checksum }
}

/** Looks at a document chunk's frame and checksum, which is over its contents as they are. */
export function checkDocument(bytes) {
  const { type, checksum, contents } = unframe(bytes)
  if (type !== 0) throw new ChunkError(`it is another kind of chunk (${type})`)
  if (!equal(digest(0, contents).subarray(0, 4), checksum)) throw new ChunkError('its checksum is wrong')
}

function unframe(bytes) {
  const reader = new Reader(bytes)
  if (!equal(reader.take(4), MAGIC)) throw new ChunkError('it does not begin like a chunk')
  const checksum = reader.take(4)
  const [type] = reader.take(1)
  const contents = reader.take(reader.unsigned())
  if (reader.left > 0) throw new ChunkError('something stands behind it')
  return { type, checksum, contents }
}

const digest = (type, contents) => sha256(Uint8Array.of(type), leb(contents.length), contents)

function inflate(bytes) {
  try {
    return new Uint8Array(inflateRawSync(bytes, { maxOutputLength: MOST.inflated }))
  } catch (error) {
    throw new ChunkError(`it cannot be inflated: ${error.message}`)
  }
}

function header(reader) {
  const dependencies = list(reader, MOST.dependencies, () => hex(reader.take(32)))
  if (dependencies.some((hash, place) => place > 0 && dependencies[place - 1] >= hash)) {
    throw new ChunkError('what it builds on is not in order')
  }
  const name = () => hex(reader.take(within(reader.unsigned(), MOST.actor)))
  const actor = name()
  const number = within(reader.unsigned(), MOST.number)
  const first = within(reader.unsigned(), MOST.operation)
  if (number < 1 || first < 1) throw new ChunkError('its number is out of range')
  reader.signed()
  reader.take(within(reader.unsigned(), MOST.message))
  list(reader, MOST.actors, name)
  const columns = list(reader, MOST.columns, () => ({ of: reader.unsigned(), length: reader.unsigned() }))
  columns.forEach(({ length }) => reader.take(length))
  const footer = reader.take(within(reader.left, MOST.footer))
  // The number 1, the length 16, and the device.
  const device = footer.length === 18 && footer[0] === 1 && footer[1] === 16 ? hex(footer.subarray(2)) : null
  return { dependencies, actor, number, device }
}

function within(value, most) {
  if (value > most) throw new ChunkError(`something in it is too large: ${value}, the most is ${most}`)
  return value
}

const list = (reader, most, item) => Array.from({ length: within(reader.unsigned(), most) }, item)

/** Puts hashes in rising order. */
export const sorted = (hashes) => [...hashes].sort((one, other) => compare(Buffer.from(one, 'hex'), Buffer.from(other, 'hex')))
