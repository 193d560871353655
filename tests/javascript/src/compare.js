// Finding out how what is here differs from what the relay has: section 5 of docs/protocol.md. A record stands here as [id, heads], both as
// texts; ids in their written form sort as their bytes do.

import { concat, equal, hex, read, sha256, unhex, written } from './bytes.js'
import { MOST, ProtocolError } from './wire.js'

const FEW = 16
const PARTS = 32
const SAME = 0
const FINGERPRINT = 1
const RECORDS = 2
const NOTHING = new Uint8Array(0)

const bigEndian = (value, length) => Uint8Array.from({ length }, (_, place) => (value >>> (8 * (length - 1 - place))) & 0xff)

/** The fingerprint of records in the order of their ids. */
export const fingerprint = (records) =>
  sha256(...records.flatMap(([id, heads]) => [read(id, 16), bigEndian(heads.length, 4), ...heads.map(unhex)])).subarray(0, 16)

/** What is said first: one fingerprint over everything. */
export const begin = (mine) => [[NOTHING, FINGERPRINT, fingerprint(mine)]]

/** Takes what the relay says, and notes the records that differ with the relay's heads. Answers what to say next, or null at the end. */
export function take(mine, theirs, differences) {
  const answer = []
  let names = 0
  let from = null
  const within = (upper) => mine.filter(([id]) => (from === null || id >= from) && (upper === null || id < upper))
  for (const [place, [upperBytes, kind, held]] of theirs.entries()) {
    const upper = upperBytes.length === 0 ? null : written(upperBytes)
    const last = place === theirs.length - 1
    if ((upper === null) !== last || (upper !== null && from !== null && upper <= from)) {
      throw new ProtocolError('the ranges of a comparison are not in order')
    }
    if (names >= MOST.names || answer.length + PARTS + 2 >= MOST.ranges) {
      answer.push([NOTHING, FINGERPRINT, fingerprint(within(null))])
      break
    }
    const records = within(upper)
    if (kind === RECORDS) {
      note(records, holdings(held), differences)
      say(answer, upperBytes, SAME)
    } else if (kind === SAME || equal(held, fingerprint(records))) {
      say(answer, upperBytes, SAME)
    } else if (records.length <= FEW) {
      names += records.reduce((sum, [, heads]) => sum + 1 + heads.length, 0)
      say(answer, upperBytes, RECORDS, concat(...records.flatMap(holding)))
    } else {
      divide(answer, records, upperBytes)
    }
    from = upper
  }
  return answer.some(([, kind]) => kind !== SAME) ? answer : null
}

function say(answer, upper, kind, held = NOTHING) {
  const last = answer.at(-1)
  if (kind === SAME && last?.[1] === SAME) last[0] = upper
  else answer.push([upper, kind, held])
}

function divide(answer, records, upper) {
  const each = Math.ceil(records.length / PARTS)
  for (let place = 0; place < records.length; place += each) {
    const next = records[place + each]
    answer.push([next ? read(next[0], 16) : upper, FINGERPRINT, fingerprint(records.slice(place, place + each))])
  }
}

const holding = ([id, heads]) => [read(id, 16), bigEndian(heads.length, 2), ...heads.map(unhex)]

function holdings(bytes) {
  const found = new Map()
  for (let place = 0; place < bytes.length; ) {
    const count = bytes[place + 16] * 256 + bytes[place + 17]
    const end = place + 18 + 32 * count
    if (!(end <= bytes.length)) throw new ProtocolError('the records of a range are cut short')
    const heads = Array.from({ length: count }, (_, number) => hex(bytes.subarray(place + 18 + 32 * number).subarray(0, 32)))
    found.set(written(bytes.subarray(place, place + 16)), heads)
    place = end
  }
  return found
}

function note(records, theirs, differences) {
  for (const [id, heads] of records) {
    if (theirs.get(id)?.join() !== heads.join()) differences.set(id, theirs.get(id) ?? [])
    theirs.delete(id)
  }
  for (const [id, heads] of theirs) differences.set(id, heads)
}

