// Records: what stands in a document, and the changes that are made of what somebody does. Sections 13 and 14 of docs/protocol.md.

import * as Automerge from '@automerge/automerge'
import { compare, hex, random, read, text as utf8, written } from './bytes.js'
import { readChange } from './chunks.js'
import { between, container, fieldOf, isList, isSet, seedActor, typed } from './kinds.js'
import { KINDS, limit } from './page.js'

export const scalar = (word) => new Automerge.ImmutableString(word)
const MOST = {
  kind: limit('the name of its kind'),
  member: limit('a key of a set'),
  prose: 200_000,
}

/** A document with these changes, that `writer` goes on with. */
export function open(changes, { device, actor }) {
  // The author first, then the actor: setting an author picks another actor.
  const empty = Automerge.clone(Automerge.init({ author: device }), { actor })
  const [document] = Automerge.applyChanges(empty, changes)
  if (Automerge.getMissingDeps(document, []).length > 0) throw new Error('it builds on changes that are not here')
  return document
}

/** The changes of a document chunk. */
export const changesOf = (chunk) => Automerge.getAllChanges(Automerge.load(chunk))

/** The seeds of a record, the oldest generation first: each a change chunk. */
export function seeds(kind, id) {
  const fields = KINDS.get(kind)
  if (!fields) throw new Error(`the page has no kind ${kind}`)
  const generations = [...new Set([1, ...fields.map((field) => field.since)])].sort((one, other) => one - other)
  let document = Automerge.init()
  return generations.map((generation) => {
    const own = fields.filter((field) => field.since === generation && container(field))
    own.sort((one, other) => compare(utf8(one.name), utf8(other.name)))
    document = Automerge.clone(document, { actor: hex(seedActor(kind, generation)) })
    document = Automerge.change(document, { time: 0 }, (root) => {
      if (generation === 1) {
        root._kind = scalar(kind)
        root._id = scalar(id)
      }
      for (const field of own) root[field.name] = empty(field)
    })
    return Automerge.getLastLocalChange(document)
  })
}

const empty = (field) => ({ text: '', map: {}, counter: new Automerge.Counter(0) })[container(field)]

/** A new record: its seeds and its first change. */
export function create(kind, id, values, writer) {
  const chunks = seeds(kind, id)
  const made = edit(open(chunks, writer), writer, (root) => {
    root._removed = false
    for (const [name, value] of Object.entries(values)) write(root, root, fieldOf(kind, name), value)
  })
  return [...chunks, made]
}

/** One change: what `make` does to the document, or null where that is nothing. */
export function edit(document, { now, why }, make) {
  const before = Automerge.getHeads(document)
  const after = Automerge.change(document, { time: now ?? Math.floor(Date.now() / 1000), message: why }, make)
  return before.join() === Automerge.getHeads(after).join() ? null : Automerge.getLastLocalChange(after)
}

/** Writes what somebody typed into a field of the record, or of a row. `object` is where the field stands. */
export function write(root, object, field, value) {
  if (isSet(field)) return choose(object[field.name], value.split(',').filter(Boolean))
  if (container(field) === 'text') return Automerge.updateText(root, pathOf(root, object, field.name), value)
  if (container(field) === 'counter') return void object[field.name].increment(Number(value) - Number(object[field.name]))
  put(object, field.name, typed(field, value))
}

/** Where an object of the document stands. */
function pathOf(root, object, name) {
  if (object === root) return [name]
  for (const list of Object.keys(root)) {
    for (const row of Object.keys(Object(root[list]))) if (root[list][row] === object) return [list, row, name]
  }
  return [name]
}

/** Puts a scalar, unless it is there already and nobody contradicts it. */
function put(object, name, value) {
  const contested = Object.keys(Automerge.getConflicts(object, name) ?? {}).length > 1
  if (plain(object[name]) === value && !contested && object[name] !== undefined) return
  object[name] = typeof value === 'string' ? scalar(value) : value
}

function choose(set, members) {
  for (const member of Object.keys(set)) if (!members.includes(member)) delete set[member]
  for (const member of members) if (set[member] === undefined) set[member] = true
}

/** Adds a row at the end of a list; answers its id. */
export function addRow(root, kind, list, values) {
  const { fields } = fieldOf(kind, list)
  const id = written(random(10))
  const last = Object.keys(root[list]).map((row) => plain(root[list][row]._order) ?? '').sort().at(-1) ?? ''
  root[list][id] = {}
  const row = root[list][id]
  row._order = scalar(between(last, ''))
  // Texts and sets are made with the row: made later by two people, one of them would hide the other.
  for (const field of fields) if (container(field)) row[field.name] = empty(field)
  writeRow(root, kind, list, id, values)
  return id
}

/** Writes fields of a row. */
export function writeRow(root, kind, list, id, values) {
  for (const [name, value] of Object.entries(values)) {
    const field = fieldOf(kind, `${list}.${name}`)
    if (container(field) === 'text') Automerge.updateText(root, [list, id, name], value)
    else write(root, root[list][id], field, value)
  }
}

/** Puts a row between two others of its list; null is the end. */
export function moveRow(root, list, id, [before, after]) {
  const order = (row) => (row ? plain(root[list][row]._order) ?? '' : '')
  put(root[list][id], '_order', between(order(before), order(after)))
}

/** Marks a record or a row as removed, or takes the mark away. */
export const remove = (object, removed) => put(object, '_removed', removed)

/** A scalar as it can be read. */
function plain(value) {
  if (Automerge.isImmutableString(value)) return value.toString()
  return Automerge.isCounter(value) ? Number(value.value) : value
}

/** What a record says: registers plain, sets and rows in their order, without what is removed. What is empty is left out. */
export function contents(document) {
  const kind = plain(document._kind)
  const own = { _kind: kind, _id: plain(document._id), _removed: document._removed === true }
  return { ...own, ...cells(document, KINDS.get(kind) ?? []) }
}

function cells(object, fields) {
  const all = fields.map((field) => [field.name, cell(object, field)])
  return Object.fromEntries(all.filter(([, value]) => value != null && value !== '' && value.length !== 0))
}

function cell(object, field) {
  const value = object[field.name]
  if (isSet(field)) return Object.keys(value ?? {}).filter((member) => value[member] === true).sort()
  if (!isList(field)) return plain(value)
  const rows = Object.entries(value ?? {}).filter(([, row]) => row._removed !== true)
  const read = rows.map(([id, row]) => ({ id, _order: plain(row._order) ?? '', ...cells(row, field.fields) }))
  const place = ({ _order, id }) => utf8(`${_order}\0${id}`)
  return read.sort((one, other) => compare(place(one), place(other)))
}

/** All values that were written to a field without knowing of each other. */
export const contradictions = (document, name) => Object.values(Automerge.getConflicts(document, name) ?? {}).map(plain)

/** What is wrong with a record that came, or null: what is looked at is in section 13. */
export function misfit(document, id, changes) {
  const kind = plain(document._kind)
  if (plain(document._id) !== id) return 'it does not carry its own name'
  if (['_id', '_kind'].some((name) => contradictions(document, name).length > 1)) return 'its name or kind was written twice'
  if (typeof kind !== 'string' || kind === '' || utf8(kind).length > MOST.kind) return 'the name of its kind is not one'
  const own = new Set(KINDS.has(kind) ? seeds(kind, id).map((chunk) => readChange(chunk).hash) : [])
  if (changes.some((change) => SEED_ACTORS.has(change.actor) && !own.has(change.hash))) return 'a forged seed'
  for (const field of KINDS.get(kind) ?? []) {
    const wrong = misfitOf(document, field)
    if (wrong) return `${field.name} ${wrong}`
  }
  return null
}

const SEED_ACTORS = new Set(
  [...KINDS].flatMap(([kind, fields]) => [1, ...fields.map((field) => field.since)].map((since) => hex(seedActor(kind, since)))),
)

function misfitOf(object, field) {
  const value = object[field.name]
  if (value === undefined) return null
  if (container(field) === 'text') {
    if (typeof value !== 'string') return 'is no text'
    return value.length > MOST.prose && [...value].length > MOST.prose ? 'is too long' : null
  }
  if (container(field) === 'counter') return Automerge.isCounter(value) || Number.isInteger(value) ? null : 'is no counter'
  if (container(field) === null) return isScalar(value) ? null : 'is no scalar'
  if (Object(value) !== value || isScalar(value)) return 'is no map'
  if (isSet(field)) {
    const good = ([member, mark]) => utf8(member).length <= MOST.member && isScalar(mark)
    return Object.entries(value).every(good) ? null : 'has a member that is none'
  }
  for (const [row, cells] of Object.entries(value)) {
    if (!read(row, 10)) return 'has a row without a proper name'
    if (Object(cells) !== cells || isScalar(cells)) return 'has a row that is none'
    const wrong = field.fields.map((inner) => misfitOf(cells, inner)).find(Boolean)
    if (wrong) return wrong
  }
  return null
}

const isScalar = (value) =>
  value === null || ['number', 'bigint', 'boolean'].includes(typeof value) || Automerge.isImmutableString(value) || Automerge.isCounter(value)
