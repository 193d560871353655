// What a device keeps, in one file: who it is, its place in the log, and every change that it has, with what the relay said of it. Changes
// and the place behind them are stored together; the file is written anew as a whole, so that nothing of what was erased is left in it.

import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { hex, random, read, sha256, unhex, written } from './bytes.js'
import { readChange, sorted } from './chunks.js'
import { renamed } from './copies.js'
import { changesOf, contents, misfit, open } from './records.js'

const base64 = (bytes) => Buffer.from(bytes).toString('base64')
const unbase64 = (text) => new Uint8Array(Buffer.from(text, 'base64'))

export class State {
  constructor(file, data) {
    this.file = file
    this.data = data
    this.read = new Map()
  }

  static create(file, address, label) {
    const id = address.split('/').at(-1)
    const link = address.slice(0, -id.length - 1)
    if (!read(id, 16)) throw new Error(`${address} names no workspace`)
    return new State(file, {
      link, workspace: id, label, device: written(random(16)), key: hex(random(32)), actor: hex(random(16)),
      cursor: null, first: null, erased: 0, erasures: hex(new Uint8Array(16)), scrubbed: 0, gone: [], grant: null, sealed: false, records: {}, apart: [],
    })
  }

  static load(file) {
    return new State(file, JSON.parse(readFileSync(file, 'utf8')))
  }

  /** Writes the file anew, whole or not at all. */
  save() {
    const draft = `${this.file}.draft`
    const descriptor = openSync(draft, 'w', 0o600)
    writeSync(descriptor, JSON.stringify(this.data))
    fsyncSync(descriptor)
    closeSync(descriptor)
    renameSync(draft, this.file)
  }

  get device() {
    return read(this.data.device, 16)
  }

  /** By whom changes are written here. */
  writer(why) {
    return { device: hex(this.device), actor: this.data.actor, why }
  }

  /** The changes of a record: what each chunk says of itself, with what the relay said of it. */
  changes(id) {
    const kept = this.data.records[id] ?? []
    return kept.map((change) => {
      if (!this.read.has(change.hash)) this.read.set(change.hash, readChange(unbase64(change.bytes)))
      return { kept: change, ...this.read.get(change.hash) }
    })
  }

  /** The record's document. */
  document(id, why) {
    if (!this.data.records[id]) throw new Error(`there is no record ${id}`)
    return open(this.changes(id).map((change) => change.bytes), this.writer(why))
  }

  /** What all records say, by id. */
  *all() {
    for (const id of Object.keys(this.data.records)) yield [id, contents(this.document(id))]
  }

  /** The newest changes of a record, in rising order. */
  heads(id) {
    const changes = this.changes(id)
    const built = new Set(changes.flatMap((change) => change.dependencies))
    return sorted(changes.map((change) => change.hash).filter((hash) => !built.has(hash)))
  }

  /** All records with their heads, in the order of their ids. */
  inventory() {
    return Object.keys(this.data.records).sort().map((id) => [id, this.heads(id)])
  }

  /** Takes in changes that were made here: they wait for the relay. */
  made(id, chunks) {
    for (const chunk of chunks) {
      const { hash, bytes } = readChange(chunk)
      const kept = (this.data.records[id] ??= [])
      if (!kept.some((change) => change.hash === hash)) kept.push({ hash, bytes: base64(bytes), logged: false })
    }
  }

  /** Takes in changes and documents of a record that came from the log. What cannot be used is kept apart, with the reason. */
  came(id, chunks) {
    if (this.data.gone.includes(id)) return
    const known = new Map((this.data.records[id] ?? []).map((change) => [change.hash, change]))
    const fresh = []
    for (const { hash, bytes } of chunks) {
      if (!known.has(hash)) fresh.push({ hash, bytes: base64(bytes), logged: true })
      else Object.assign(known.get(hash), { logged: true, refused: undefined })
    }
    if (fresh.length === 0) return
    // A change of another under the actor and number of one that is not sent yet: this file was copied.
    const places = new Map(this.changes(id).filter(({ kept }) => !kept.logged).map((own) => [`${own.actor} ${own.number}`, own]))
    const collided = chunks.map((chunk) => places.get(`${chunk.actor} ${chunk.number}`)).find((own) => own && !chunks.some(({ hash }) => hash === own.hash))
    if (collided) this.tellApart(id, collided.hash)
    const before = this.data.records[id] ?? []
    if (this.fits(id, [...before, ...fresh])) return
    // One by one, so that one bad change takes nothing good along.
    for (const change of fresh) {
      const why = this.fits(id, [...(this.data.records[id] ?? before), change]) ? null : this.why
      if (why) this.data.apart.push({ record: id, hash: change.hash, why })
    }
  }

  /** This file is a copy, and another one wrote as it: what was written here, from this change on, gets another name. */
  tellApart(id, first) {
    const names = renamed(this.changes(id), first)
    const kept = this.data.records[id].filter((change) => !names.has(change.hash))
    const fresh = [...names.values()].filter((chunk) => !kept.some((change) => change.hash === chunk.hash))
    this.data.records[id] = [...kept, ...fresh.map(({ hash, bytes }) => ({ hash, bytes: base64(bytes), logged: false }))]
    this.data.actor = hex(random(16))
    this.copied = true
  }

  /** Takes away the records of kinds that are not read any more, but for those in which something is not sent. */
  withdraw(reads) {
    for (const [id, record] of this.all()) {
      const sent = this.data.records[id].every((change) => change.logged)
      if (!reads(record._kind) && sent) delete this.data.records[id]
    }
  }

  /** Whether a record fits with these changes; then it has them. */
  fits(id, changes) {
    const before = this.data.records[id]
    this.data.records[id] = changes
    try {
      this.why = misfit(this.document(id), id, this.changes(id))
    } catch (error) {
      this.why = error.message
    }
    if (this.why === null) return true
    if (before) this.data.records[id] = before
    else delete this.data.records[id]
    return false
  }

  /** The changes that the relay is not known to have and has not refused, by record, each behind what it builds on. */
  waiting() {
    const waits = (change) => !change.logged && !change.refused
    return Object.entries(this.data.records).flatMap(([id, changes]) => changes.filter(waits).map((change) => ({ id, change, bytes: unbase64(change.bytes) })))
  }

  /** What was refused, with the relay's words. */
  refused() {
    const all = Object.entries(this.data.records)
    return all.flatMap(([record, changes]) => changes.filter((change) => change.refused).map(({ hash, refused }) => ({ record, hash, ...refused })))
  }

  /** Offers again what was refused for one of these reasons. */
  offerAgain(codes) {
    for (const change of Object.values(this.data.records).flat()) if (codes.includes(change.refused?.code)) delete change.refused
  }

  /** The changes of a record that are not among these heads or before them are not in the log, the others are. */
  settle(id, heads) {
    const changes = new Map(this.changes(id).map((change) => [change.hash, change]))
    const logged = new Set()
    const look = [...heads]
    while (look.length > 0) {
      const change = changes.get(look.pop())
      if (change && !logged.has(change.hash)) {
        logged.add(change.hash)
        look.push(...change.dependencies)
      }
    }
    for (const { kept } of changes.values()) kept.logged = logged.has(kept.hash)
  }

  /** Some of a record's changes, by which the relay finds what both have: the heads, and ever fewer the further back. */
  sample(id, most) {
    const changes = (this.data.records[id] ?? []).map((change) => change.hash)
    const sample = new Set(changes.length > 0 ? this.heads(id) : [])
    for (let step = 2; step <= changes.length; step *= 2) sample.add(changes.at(-step))
    return [...sample].slice(0, most).map(unhex)
  }

  /** Erases records, for good. They stand behind the place of that hash. */
  erase(erased, hash) {
    for (const [, id] of erased) {
      delete this.data.records[id]
      this.data.gone.push(id)
      hash = afterErasure(hash, id)
    }
    this.data.erasures = hash
    this.data.apart = this.data.apart.filter(({ record }) => !this.data.gone.includes(record))
    this.data.erased = erased.at(-1)[0]
    // The whole file is written anew below, and there is no other.
    this.data.scrubbed = this.data.erased
    this.read.clear()
    this.save()
  }
}

/** The hash of the place behind the erasure of one more record. */
export const afterErasure = (hash, id) => hex(sha256(unhex(hash), read(id, 16)).slice(0, 16))

/** The changes in an entry of a bundle. */
export const chunksOf = ({ kind, bytes }) => (kind === 2 ? changesOf(bytes) : [bytes]).map(readChange)
