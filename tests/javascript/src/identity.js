// How a device shows that it is itself, and that it was invited: section 11 of docs/protocol.md.

import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { concat, random, read, sha256, text } from './bytes.js'

// What stands before the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410).
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')

/** The key pair with this private half. */
export function keyPair(secret) {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, secret]), format: 'der', type: 'pkcs8' })
  const publicKey = new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32))
  return { public: publicKey, sign: (statement) => new Uint8Array(sign(null, statement, key)) }
}

/** The header in which a relay says what is to be signed. */
export function challenge(header) {
  const [relay, bytes] = String(header).split('.')
  const found = { relay: read(relay, 16), bytes: new Uint8Array(Buffer.from(bytes ?? '', 'base64url')) }
  if (!found.relay || found.bytes.length !== 32) throw new Error("the relay's challenge is none")
  return found
}

/** A code as people write it. */
export function codeBytes(code) {
  const meant = { O: '0', I: '1', L: '1', U: 'V' }
  const plain = code.toUpperCase().replace(/[^0-9A-Z]/g, '').replace(/[OILU]/g, (letter) => meant[letter])
  const bytes = read(plain, 10)
  if (!bytes) throw new Error('that is no invitation code')
  return bytes
}

export const invitationKey = (workspace, code) => keyPair(sha256('samsyn invitation 1\0', workspace, codeBytes(code)))

/** The credential of a device; with a code, of one that is not known yet. */
export function credential({ workspace, device, key }, asked, invited) {
  const nonce = random(32)
  const pair = keyPair(key)
  const entrance = concat(workspace, device, pair.public, asked.relay, asked.bytes, nonce)
  const proof = { k: pair.public, n: nonce, g: pair.sign(concat(text('samsyn enter 1\0\0'), entrance)) }
  if (!invited) return { t: 'device', ...proof }
  const invitation = invitationKey(workspace, invited.code)
  const signature = invitation.sign(concat(text('samsyn join 1\0\0\0'), entrance))
  return { t: 'invitation', p: proof, i: invitation.public, j: signature, l: invited.label }
}

/** The 160 bytes that are signed begin so; here for the test of the page's example. */
export const statement = (purpose, ...parts) => concat(text(purpose), ...parts)
