// One visit to a relay, from the hello until nothing is left to say: sections 3, 5, 8 and 11 of docs/protocol.md.

import { hex, read, sha256, unhex, written } from './bytes.js'
import { begin, take } from './compare.js'
import { nameOf } from './chunks.js'
import { credential } from './identity.js'
import { right } from './kinds.js'
import { Broken, dial, Notice } from './link.js'
import { chunksOf } from './state.js'
import { bundle, CHANGE, KNOWN, MOST, ProtocolError, unbundle } from './wire.js'

const VERSIONS = [1, 6]
const BUNDLE_BYTES = 256 * 1024
/** So often a sync begins anew, whoever asks for it: no loop without an end. */
const VISITS = 10
const AGAIN = ['stopping', 'storage', 'other']
const NOTHING = new Uint8Array(16)

/** Syncs until all has come and all is sent. `code` is that of an invitation; `then` is done with the open session. */
export async function sync(state, { code, then, cut } = {}) {
  let last
  for (let visit = 1; visit <= (cut ? 1 : VISITS); visit++) {
    const session = new Session(state, cut)
    state.copied = false
    try {
      if (await session.visit(code)) return { ...session.told, ...(await then?.(session)) }
    } catch (error) {
      const again = error instanceof Broken || (error instanceof Notice && AGAIN.includes(error.code))
      if (!again) throw error
      last = error
      await new Promise((resolve) => setTimeout(resolve, Math.min(2 ** visit * 50, 2_000)))
    } finally {
      session.link?.close()
    }
  }
  throw last ?? new Error('the relay asks to begin anew again and again')
}

export class Session {
  /** The link breaks after `cut` frames, where that is said. */
  constructor(state, cut = Infinity) {
    Object.assign(this, { state, cut })
    this.told = { received: 0, sent: 0, refused: 0, began: null }
    this.unanswered = new Map()
    this.pushed = 0
  }

  /** Says whether that came to its end; otherwise it is to be begun anew. */
  async visit(code) {
    const { state } = this
    this.link = await dial(state.data.link, state.data.workspace, this.cut)
    const welcome = await this.enter(code)
    this.link.welcomed = true
    if (this.erase(welcome.x)) return false
    state.offerAgain(['not-yours', 'missing-dependencies'])
    this.granted(welcome)
    await this.begin(welcome)
    while (!this.caughtUp && !state.copied) await this.step()
    if (!state.copied) await this.push()
    if (!state.copied) return true
    // Somebody else writes under this actor: with another one, and without a place in the log, it is begun anew.
    Object.assign(state.data, { cursor: null, first: null })
    state.save()
    return false
  }

  async enter(code) {
    const { data, device } = this.state
    const who = { workspace: read(data.workspace, 16), device, key: unhex(data.key) }
    if (!this.link.asked) throw new Error('the relay asks for no proof: it is too old for devices with keys')
    const hello = {
      v: VERSIONS, s: 'samsyn-second-client 0.1', w: data.workspace, d: data.device,
      a: credential(who, this.link.asked, code && { code, label: data.label }), c: this.place(data.cursor),
    }
    if (data.first) hello.f = { c: this.place(data.first.cursor), b: data.first.below }
    if (!data.cursor && !data.first && Object.keys(data.records).length > 0) hello.r = true
    if (data.erased > 0) Object.assign(hello, { x: data.erased, z: unhex(data.erasures) })
    if (data.scrubbed > 0) hello.y = data.scrubbed
    this.link.send('hello', hello)
    const { name, body } = await this.link.next()
    if (name !== 'welcome' || body.v < 4 || body.v > VERSIONS[1]) throw new ProtocolError('no welcome came')
    return body
  }

  place(cursor) {
    return cursor && { e: unhex(cursor.epoch), p: cursor.position, h: unhex(cursor.hash) }
  }

  /** Erases what is to be erased. Says whether there was anything: then the connection is to be begun anew. */
  erase(erased = []) {
    const { state } = this
    if (erased.length === 0) return false
    // They go on from where this device is, or begin with the first: then the relay did not know its place.
    const from = erased[0][0] === state.data.erased + 1 ? state.data.erased : 0
    const follow = erased.every(([number, id], place) => number === from + place + 1 && read(id, 16))
    if (!follow) throw new ProtocolError('erasures are not numbered as they have to be')
    state.erase(erased, from === 0 ? hex(NOTHING) : state.data.erasures)
    return true
  }

  /** What this device may do now. What was refused for its role is offered again where that has changed. */
  granted({ g, o, k, n }) {
    const { data } = this.state
    const grant = g ? { member: g.m, role: g.r, organisation: g.o ?? null } : null
    if (JSON.stringify(grant) !== JSON.stringify(data.grant)) this.state.offerAgain(['forbidden'])
    // What the role does not read any more leaves this device, but for what was written here and is not sent.
    if (grant) this.state.withdraw((kind) => right(grant.role, kind) !== null)
    Object.assign(data, { grant, sealed: o === true, name: n, meetingKey: k ? hex(k) : null })
    this.state.save()
  }

  /** What comes before the log. */
  async begin({ e, f, p, b = 0, h }) {
    const { data } = this.state
    const place = { epoch: hex(e), position: f, hash: hex(h ?? NOTHING) }
    this.end = p
    this.told.began = ['log', 'records', 'comparison'][b]
    if (b === 0 && (data.cursor?.epoch !== place.epoch || data.cursor.position !== f)) {
      // The log from its beginning: what does not come by in it is to be pushed.
      if (f !== 0) throw new ProtocolError('the log begins where this device never was')
      for (const change of Object.values(data.records).flat()) change.logged = false
      data.cursor = place
    } else if (b === 1) {
      await this.wholeRecords(place)
    } else if (b === 2) {
      await this.comparison(place)
    } else if (b !== 0) {
      throw new ProtocolError('a connection begins in an unknown way')
    }
    data.first = null
    this.state.save()
  }

  async wholeRecords(place) {
    const { data } = this.state
    for await (const { k } of this.records()) {
      data.first = { cursor: place, below: k }
      this.state.save()
    }
    data.cursor = place
  }

  /** Messages with whole records, until the last one. */
  async *records() {
    for (let left = 1; left > 0; ) {
      const { name, body } = await this.link.next()
      this.numbered ??= 0
      if (name !== 'records' || body.s !== this.numbered++) throw new ProtocolError('a message with records is missing')
      this.store(body.b)
      left = body.n
      yield body
    }
  }

  async comparison(place) {
    const { state } = this
    // Whoever breaks off here compares again.
    state.data.cursor = null
    state.save()
    const differences = new Map()
    let say = begin(state.inventory())
    while (say) {
      this.link.send('compare', { r: say })
      const { name, body } = await this.link.next()
      if (name !== 'compared') throw new ProtocolError('something came in the middle of a comparison')
      say = take(state.inventory(), body.r, differences)
    }
    const has = (id) => new Set((state.data.records[id] ?? []).map((change) => change.hash))
    const wanted = [...differences].filter(([id, heads]) => heads.some((head) => !has(id).has(head))).map(([id]) => id)
    for (let from = 0; from < wanted.length; from += MOST.wanted) {
      const known = (id) => state.sample(id, MOST.known).flatMap((hash) => [...hash])
      this.link.send('want', { w: wanted.slice(from, from + MOST.wanted).map((id) => [read(id, 16), Uint8Array.from(known(id))]) })
      for await (const _ of this.records());
    }
    for (const id of Object.keys(state.data.records)) {
      if (differences.has(id)) state.settle(id, differences.get(id))
      else state.data.records[id].forEach((change) => (change.logged = true))
    }
    this.told.differed = differences.size
    state.data.cursor = place
    this.link.send('follow')
  }

  /** Takes in the entries of a bundle; answers the changes' names in their order. */
  store(bytes) {
    const names = []
    const records = new Map()
    for (const entry of this.unbundled(bytes)) {
      const id = written(entry.record)
      if (entry.kind === KNOWN) {
        names.push(entry.bytes)
        this.logged(id, hex(entry.bytes))
        continue
      }
      let chunks
      try {
        chunks = chunksOf(entry)
      } catch (error) {
        // It is kept apart. Its place in the log counts all the same.
        const hash = entry.kind === CHANGE ? nameOf(entry.bytes) : null
        if (hash) names.push(unhex(hash))
        this.state.data.apart.push({ record: id, hash, why: error.message })
        continue
      }
      names.push(...chunks.map((chunk) => unhex(chunk.hash)))
      records.set(id, [...(records.get(id) ?? []), ...chunks])
      this.told.received += chunks.length
    }
    for (const [id, chunks] of records) this.state.came(id, chunks)
    return names
  }

  unbundled(bytes) {
    if (!(bytes instanceof Uint8Array)) throw new ProtocolError('a bundle is none')
    return unbundle(bytes)
  }

  logged(id, hash) {
    const change = this.state.data.records[id]?.find((change) => change.hash === hash)
    if (change) Object.assign(change, { logged: true, refused: undefined })
  }

  /** Takes one message of the live part. */
  async step() {
    const { name, body } = await this.link.next()
    if (name === 'batch') this.batch(body)
    else if (name === 'ack') this.acknowledged(body)
    else if (name === 'caught-up' && !this.caughtUp) this.caughtUp = true
    else if (name !== 'wait' && name !== 'present' && name !== 'managed') throw new ProtocolError(`${name} came out of turn`)
    return { name, body }
  }

  batch({ p, h, b }) {
    const { data } = this.state
    const names = this.store(b)
    // Its place in the log is given up.
    if (this.state.copied) return
    const cursor = { epoch: data.cursor.epoch, position: p, hash: hex(h) }
    if (!data.sealed) {
      const hash = names.reduce((hash, name) => sha256(hash, name).subarray(0, 16), unhex(data.cursor.hash))
      const fits = data.cursor.position + names.length === p && hex(hash) === cursor.hash
      if (!fits) throw new ProtocolError('a batch does not fit the place in the log')
    } else if (p < data.cursor.position + names.length) {
      throw new ProtocolError('a batch goes back in the log')
    }
    data.cursor = cursor
    this.state.save()
  }

  /** Pushes all that waits, and goes on until it has come by in the log or was refused. */
  async push() {
    const waiting = this.state.waiting()
    while (waiting.length > 0 || this.unanswered.size > 0) {
      while (waiting.length > 0 && this.unanswered.size < MOST.pushes) this.pushOne(waiting)
      await this.step()
    }
    // All is acknowledged: it comes by in the log.
    while (!this.state.copied && this.state.waiting().length > 0) await this.step()
  }

  pushOne(waiting) {
    const part = []
    for (let size = 0; waiting.length > 0 && part.length < MOST.entries && size < BUNDLE_BYTES; ) {
      part.push(waiting.shift())
      size += part.at(-1).bytes.length
    }
    // Of a new record no part is anybody's before the whole is: one that does not fit any more comes with the next push.
    const next = waiting[0]?.id
    if (next && part[0].id !== next) while (part.at(-1).id === next) waiting.unshift(part.pop())
    const number = ++this.pushed
    this.unanswered.set(number, part)
    this.link.pushes = this.unanswered.size
    this.link.send('push', { i: number, b: bundle(part.map(({ id, bytes }) => ({ record: read(id, 16), bytes }))) })
  }

  acknowledged({ i, r = [], p = [] }) {
    const part = this.unanswered.get(i)
    if (!part) throw new ProtocolError('an answer came to nothing')
    this.unanswered.delete(i)
    this.link.pushes = this.unanswered.size
    for (const { n, c, w } of r) if (part[n]) part[n].change.refused = { code: String(c), words: String(w) }
    const collided = r.find(({ n, c }) => c === 'actor-collision' && part[n]?.id)
    if (collided) this.state.tellApart(part[collided.n].id, part[collided.n].change.hash)
    for (const { n, p: position } of p) if (part[n] && position <= this.state.data.cursor.position) part[n].change.logged = true
    this.told.refused += r.length
    this.told.sent += part.length - r.length
    this.state.save()
  }

  /** Offers some bytes as a change of a record, and answers what the relay says: nothing of it is kept. */
  async offer(id, bytes) {
    const change = {}
    const number = ++this.pushed
    this.unanswered.set(number, [{ change }])
    this.link.send('push', { i: number, b: bundle([{ record: read(id, 16), bytes }]) })
    while (this.unanswered.has(number)) await this.step()
    return change.refused ?? null
  }

  /** Stays, and tells of what comes; of who is here, too, where it is said which record is open. */
  async listen(tell, open) {
    if (open !== undefined) this.link.send('presence', { o: read(open, 16) ?? new Uint8Array(0) })
    for (;;) {
      const { name, body } = await this.step()
      if (name === 'batch') tell({ position: body.p })
      if (name === 'present') tell({ here: body.h.map((pair) => pair.map(idOrNone)), gone: body.g.map(written) })
      await this.push()
    }
  }

  /** Asks the relay for something of who belongs. */
  async manage(wish) {
    this.link.send('manage', { m: wish })
    for (;;) {
      const { name, body } = await this.step()
      if (name === 'managed') return body.m
    }
  }
}

const idOrNone = (bytes) => (bytes.length === 0 ? null : written(bytes))
