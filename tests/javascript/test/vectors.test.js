// The examples of docs/protocol.md, as this client writes and reads them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concat, hex, read, sha256, unhex, written } from '../src/bytes.js'
import { readChange } from '../src/chunks.js'
import { fingerprint } from '../src/compare.js'
import { renamed } from '../src/copies.js'
import { credential, invitationKey, keyPair, challenge, statement } from '../src/identity.js'
import { between } from '../src/kinds.js'
import { example, KINDS, seedHashes } from '../src/page.js'
import { create, seeds } from '../src/records.js'
import { afterErasure } from '../src/state.js'
import { bundle, frame, unbundle, unframe } from '../src/wire.js'

const bytes = (byte, length) => new Uint8Array(length).fill(byte)
const id = (byte) => written(bytes(byte, 16))

test('ids are written and read', () => {
  for (const length of [10, 16]) {
    const random = sha256('some').subarray(0, length)
    assert.deepEqual(read(written(random).toUpperCase(), length), random)
  }
  assert.equal(read('not an id', 16), null)
  assert.equal(read('z'.repeat(26), 16), null, 'bits that are none')
})

test('frames are those of the page', () => {
  const cursor = { e: bytes(0xee, 16), p: 2, h: example('rolling-2') }
  const hello = { v: [1, 1], s: 'example 1', w: id(0x22), d: id(0x33), a: { t: 'workspace-secret', s: bytes(0x44, 32) }, c: cursor }
  for (const [name, type, body] of [
    ['hello', 'hello', hello],
    ['hello-first', 'hello', { ...hello, c: null }],
    ['ping', 'ping', undefined],
    ['want', 'want', { w: [[bytes(0x11, 16), bytes(1, 32)]] }],
    ['follow', 'follow', undefined],
    ['presence', 'presence', { o: bytes(0x11, 16) }],
    ['manage', 'manage', { m: { t: 'set-role', m: id(0x33), r: 'reader' } }],
  ]) {
    // The order of keys is free: what is read of both is the same.
    assert.deepEqual(unframe(frame(type, body)), unframe(example(name)), name)
  }
  assert.deepEqual(unframe(example('ack')).body, { i: 7, r: [{ n: 3, c: 'missing-dependencies', w: 'no' }] })
  assert.deepEqual(unframe(example('notice-limited')).body, { c: 'limited', w: 'no', s: 864 })
  assert.deepEqual(unframe(example('managed')).body, { m: { t: 'refused', w: 'not-allowed' } })
})

test('bundles are read and written', () => {
  const [change, known] = unbundle(unframe(example('batch')).body.b)
  assert.deepEqual([change.kind, known.kind], [0, 1])
  assert.equal(Buffer.from(change.bytes).toString(), 'a change chunk')
  assert.deepEqual(known.bytes, bytes(2, 32))
  for (const size of [0, 1, 300_000]) {
    const entry = { record: bytes(0x11, 16), kind: 0, bytes: bytes(7, size) }
    assert.deepEqual(unbundle(bundle([entry])), [entry])
  }
  assert.deepEqual(unbundle(bundle([])), [])
  assert.throws(() => unbundle(concat(bundle([]), [0])), 'something behind the frame')
})

test('the rolling hash and the fingerprint', () => {
  const then = (hash, change) => sha256(hash, change).subarray(0, 16)
  const one = then(bytes(0, 16), bytes(1, 32))
  assert.deepEqual([one, then(one, bytes(2, 32))], [example('rolling-1'), example('rolling-2')])
  const two = [[id(0x11), [hex(bytes(1, 32))]], [id(0x55), [hex(bytes(2, 32)), hex(bytes(3, 32))]]]
  assert.deepEqual(fingerprint(two), example('fingerprint'))
})

test('the place among what was erased', () => {
  const places = [0x11, 0x55, 0x99].reduce((all, byte) => [...all, afterErasure(all.at(-1), id(byte))], [hex(bytes(0, 16))])
  assert.deepEqual(places.slice(1), [1, 2, 3].map((number) => hex(example(`erasures-${number}`))))
})

test('what a device signs', () => {
  const key = keyPair(bytes(0x77, 32))
  const asked = challenge('ananananananananananananam.ZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmY')
  assert.deepEqual([asked.relay, asked.bytes], [bytes(0x55, 16), bytes(0x66, 32)])
  const entrance = [bytes(0x22, 16), bytes(0x33, 16), key.public, asked.relay, asked.bytes, bytes(0x88, 32)]
  const invitation = invitationKey(bytes(0x22, 16), 'oooo-0000-0000-oo0l')
  assert.deepEqual(key.public, example('device-key'))
  assert.deepEqual(key.sign(statement('samsyn enter 1\0\0', ...entrance)), example('device-signature'))
  assert.deepEqual(invitation.public, example('invitation-key'))
  assert.deepEqual(invitation.sign(statement('samsyn join 1\0\0\0', ...entrance)), example('invitation-signature'))
  const shown = credential({ workspace: bytes(0x22, 16), device: bytes(0x33, 16), key: bytes(0x77, 32) }, asked)
  assert.deepEqual([shown.t, shown.k], ['device', key.public])
  // What is random apart, a hello has just what the page shows.
  const keys = (map) => Object.keys(map).sort()
  const invited = credential({ workspace: bytes(0x22, 16), device: bytes(0x33, 16), key: bytes(0x77, 32) }, asked, { code: '0000-0000-0000-0001', label: 'Åsa' })
  const [known, joining] = ['hello-device', 'hello-invited'].map((name) => unframe(example(name)).body.a)
  assert.deepEqual([keys(shown), keys(invited), keys(invited.p)], [keys(known), keys(joining), keys(joining.p)])
  assert.deepEqual([invited.i, invited.l], [joining.i, joining.l])
})

test('seeds are the same to the byte', () => {
  for (const [kind, hash] of seedHashes()) {
    const [seed, ...later] = seeds(kind, id(0x11)).map(readChange)
    assert.deepEqual([seed.hash, later.length], [hash, 0], kind)
  }
  assert.deepEqual([...KINDS.keys()], seedHashes().map(([kind]) => kind))
  const writer = { device: '33'.repeat(16), actor: '22'.repeat(16), now: 1_790_000_000 }
  const made = create('member', id(0x11), {}, writer)
  assert.deepEqual(made.map(hex), [example('seed'), example('first-change')].map(hex))
  assert.deepEqual([readChange(made[1]).device, readChange(made[1]).actor], [writer.device, writer.actor])
})

test('a copy gives its change another name', () => {
  const changes = [example('seed'), example('first-change')].map(readChange)
  const names = renamed(changes, changes[1].hash)
  assert.deepEqual([...names.keys()], [changes[1].hash])
  assert.equal(hex(names.get(changes[1].hash).bytes), hex(example('renamed')))
})

test('places between places', () => {
  assert.deepEqual([between('', ''), between('', 'V'), between('V', ''), between('1', '2')], ['V', 'F', 'k', '1V'])
})

test('a chunk that was damaged is none', () => {
  const seed = example('seed')
  for (let place = 0; place < seed.length; place++) {
    const damaged = Uint8Array.from(seed, (byte, at) => (at === place ? byte ^ 0x41 : byte))
    assert.throws(() => readChange(damaged), `at ${place}`)
  }
  assert.throws(() => readChange(concat(seed, [0])), 'something behind it')
  assert.equal(unhex(readChange(seed).hash).length, 32)
})
