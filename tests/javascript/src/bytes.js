// Bytes and how they are written: ids (section 2 of docs/protocol.md), hashes, numbers in LEB128.

import { createHash, randomBytes } from 'node:crypto'

const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz'

export const random = (length) => new Uint8Array(randomBytes(length))
export const hex = (bytes) => Buffer.from(bytes).toString('hex')
export const unhex = (text) => new Uint8Array(Buffer.from(text, 'hex'))
export const text = (string) => new Uint8Array(Buffer.from(string, 'utf8'))
export const concat = (...parts) => new Uint8Array(Buffer.concat(parts))
export const compare = (one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other))
export const equal = (one, other) => compare(one, other) === 0

/** SHA-256 over all parts, one behind the other. */
export function sha256(...parts) {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return new Uint8Array(hash.digest())
}

/** Base 32, the most significant bit first, without padding: 16 bytes are 26 letters, 10 bytes are 16. */
export function written(bytes) {
  let out = ''
  let value = 0
  let bits = 0
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff
    for (bits += 8; bits >= 5; bits -= 5) out += LETTERS[(value >> (bits - 5)) & 31]
  }
  return bits > 0 ? out + LETTERS[(value << (5 - bits)) & 31] : out
}

/** The bytes of a written id, or null where it is none of that length. */
export function read(id, length) {
  if (typeof id !== 'string' || id.length !== Math.ceil((length * 8) / 5)) return null
  const out = []
  let value = 0
  let bits = 0
  for (const letter of id.toLowerCase()) {
    const place = LETTERS.indexOf(letter)
    if (place < 0) return null
    value = ((value << 5) | place) & 0xfff
    bits += 5
    if (bits >= 8) out.push((value >> (bits -= 8)) & 0xff)
  }
  // What is left of the last letter is nothing.
  return (value & ((1 << bits) - 1)) === 0 ? new Uint8Array(out) : null
}

/** A place in bytes from which numbers and slices are taken. */
export class Reader {
  constructor(bytes) {
    this.bytes = bytes
    this.place = 0
  }

  get left() {
    return this.bytes.length - this.place
  }

  take(count) {
    if (count > this.left) throw new Error('it ends too early')
    return this.bytes.subarray(this.place, (this.place += count))
  }

  unsigned() {
    let value = 0n
    for (let shift = 0n; shift < 64n; shift += 7n) {
      const [byte] = this.take(1)
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) {
        if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new Error('a number is too large')
        return Number(value)
      }
    }
    throw new Error('a number is too long')
  }

  signed() {
    for (let count = 0; count < 10; count++) if (this.take(1)[0] < 0x80) return
    throw new Error('a number is too long')
  }
}

/** A number in LEB128. */
export function leb(value) {
  const out = []
  for (; value >= 0x80; value = Math.floor(value / 0x80)) out.push((value % 0x80) | 0x80)
  return new Uint8Array([...out, value])
}
