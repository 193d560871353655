#!/usr/bin/env node
// The second client's command line: each command prints one line of JSON, or fails with one line of words. It is for tests: what it keeps
// lies in clear in the file that --state names.
//
//   join ADDRESS --name NAME (the code on standard input)      sync      listen      status      compare
//   add KIND FIELD=VALUE…      set RECORD FIELD=VALUE…      row RECORD LIST FIELD=VALUE…      cell RECORD LIST ROW FIELD=VALUE…
//   move RECORD LIST ROW BEFORE AFTER      remove RECORD [LIST ROW]      show RECORD      list KIND      fill KIND      chunk RECORD HEX      manage JSON

import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { random, read, unhex, written } from './src/bytes.js'
import { invitationKey } from './src/identity.js'
import { fieldOf, isList, isOwn, right } from './src/kinds.js'
import { KINDS } from './src/page.js'
import * as records from './src/records.js'
import { sync } from './src/session.js'
import { State } from './src/state.js'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { state: { type: 'string' }, name: { type: 'string' }, why: { type: 'string' }, unchecked: { type: 'boolean' }, times: { type: 'string' }, open: { type: 'string' }, cut: { type: 'string' } },
})
const [command, ...words] = positionals

const pairs = (words) => Object.fromEntries(words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]))

/** Makes one change to a record, if the role may. */
function change(state, id, make) {
  const document = state.document(id, options.why)
  const before = records.contents(document)
  const made = records.edit(document, state.writer(options.why), (root) => make(root, before._kind))
  if (!made) return { changed: false }
  const after = records.open([...state.changes(id).map((change) => change.bytes), made], state.writer())
  may(state, id, before, records.contents(after))
  state.made(id, [made])
  state.save()
  return { changed: true, ...records.contents(state.document(id)) }
}

/** Whether the role lets this device make `after` out of `before`, null where the record is new. */
function may(state, id, before, after) {
  const { grant, device } = state.data
  if (options.unchecked || !grant) return
  const to = right(grant.role, after._kind)
  const own = (record) => isOwn(grant, device, id, record)
  if (to === 'write' || (to === 'own' && own(after) && (before === null || own(before)))) return
  throw new Error(`a ${grant.role} may not write this ${after._kind}`)
}

function add(state, kind, values, id = written(random(16))) {
  const chunks = records.create(kind, id, values, state.writer(options.why))
  may(state, id, null, records.contents(records.open(chunks, state.writer())))
  state.made(id, chunks)
  state.save()
  return { id }
}

async function join(address) {
  const code = readFileSync(0, 'utf8').trim()
  const state = State.create(options.state, address, options.name ?? 'somebody')
  await sync(state, { code })
  // Others see by it who wrote what.
  add(state, 'member', { name: state.data.label, device: 'second client' }, state.data.device)
  const told = await sync(state)
  return { ...told, device: state.data.device, role: state.data.grant.role, workspace: state.data.name }
}

const status = (state) => ({
  device: state.data.device, role: state.data.grant?.role, position: state.data.cursor?.position ?? null, records: Object.keys(state.data.records).length,
  waiting: state.waiting().length, refused: state.refused(), apart: state.data.apart, erased: state.data.erased, heads: Object.fromEntries(state.inventory()),
})

/** Writes a value as it is, without a look at its type: to see what the relay says to it. */
const raw = (value) => records.scalar(value)

const COMMANDS = {
  /** With --cut the link breaks after so many frames. */
  sync: (state) => sync(state, { cut: options.cut && Number(options.cut) }),
  /** Stays connected and prints what comes, each a line of JSON; with --open it is seen to have that record open. */
  listen: (state) => sync(state, { then: (session) => session.listen((news) => console.log(JSON.stringify(news)), options.open) }),
  status,
  /** Gives its place in the log up, so that both compare. */
  compare(state) {
    state.data.cursor = null
    return sync(state)
  },
  /** Several records with --times; answers the last one. */
  add: (state, kind, ...words) => Array.from({ length: Number(options.times ?? 1) }, () => add(state, kind, pairs(words))).at(-1),
  set: (state, id, ...words) =>
    change(state, id, (root, kind) => {
      for (const [name, value] of Object.entries(pairs(words))) {
        if (options.unchecked) root[name] = raw(value)
        else records.write(root, root, fieldOf(kind, name), value)
      }
    }),
  row(state, id, list, ...words) {
    let row
    const done = change(state, id, (root, kind) => (row = records.addRow(root, kind, list, pairs(words))))
    return { row, ...done }
  },
  cell: (state, id, list, row, ...words) => change(state, id, (root, kind) => records.writeRow(root, kind, list, row, pairs(words))),
  move: (state, id, list, row, before, after) => change(state, id, (root) => records.moveRow(root, list, row, [before, after])),
  remove: (state, id, list, row) => change(state, id, (root) => records.remove(list ? root[list][row] : root, true)),
  show(state, id) {
    const document = state.document(id)
    const all = records.contents(document)
    const contradict = Object.keys(all).map((name) => [name, records.contradictions(document, name)])
    return { ...all, _contradict: Object.fromEntries(contradict.filter(([, values]) => values.length > 1)) }
  },
  list: (state, kind) => [...state.all()].map(([, record]) => record).filter((record) => record._kind === kind && !record._removed),
  /** Makes a record of a kind in which every field has something. */
  fill(state, kind) {
    const { id } = add(state, kind, samples(KINDS.get(kind).filter((field) => !isList(field))))
    for (const list of KINDS.get(kind).filter(isList)) {
      for (let count = 0; count < 2; count++) change(state, id, (root) => records.addRow(root, kind, list.name, samples(list.fields)))
    }
    return records.contents(state.document(id))
  },
  /** Offers any bytes as a change of a record, to see what the relay says to them. */
  chunk: (state, id, bytes) => sync(state, { then: async (session) => ({ answer: await session.offer(id, unhex(bytes)) }) }),
  manage: (state, wish) => sync(state, { then: async (session) => ({ managed: plain(await session.manage(asked(state, JSON.parse(wish)))) }) }),
}

/** A value for each field, as somebody types it. */
const samples = (fields) => Object.fromEntries(fields.map((field) => [field.name, sample(field)]))

function sample({ name, sort, of }) {
  const made = {
    line: `en rad: ${name} åäö`, prose: `två rader\n\tom ${name}: ŝ 𝛑 👩‍🔬`, money: '-125000.05 EUR', day: '2027-02-28', days: '2026-12-30/2027-01-02',
    'e-mail': 'eva.ek@example.se', telephone: '+46 63-14 30 00', 'web address': 'https://example.se/möten?år=1#a', point: 'geo:63.1792,14.6357',
    counter: '3', 'yes-or-no': 'true', 'number': '2.25', 'whole number': of.split(' to ')[0].replace(/^0$/, '17'), 'one of': of.split(', ').at(-1),
    'any of': of.split(', ').slice(0, 2).join(), record: written(random(16)), row: written(random(10)),
    records: [1, 2].map(() => written(random(16))).join(), rows: [1, 2].map(() => written(random(10))).join(),
  }
  return made[sort]
}

/** An invitation is asked for by its code here, by its key there. */
function asked(state, wish) {
  const key = (code) => invitationKey(read(state.data.workspace, 16), code).public
  if (wish.t === 'invite') return { ...wish, i: { ...wish.i, k: key(wish.i.k) } }
  return wish.t === 'withdraw' ? { ...wish, k: key(wish.k) } : wish
}

/** Bytes in JSON: in hexadecimal digits. */
const plain = (value) =>
  value instanceof Uint8Array ? Buffer.from(value).toString('hex')
    : Array.isArray(value) ? value.map(plain)
      : value && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([key, value]) => [key, plain(value)]))
        : value

try {
  if (!options.state) throw new Error('--state FILE is missing')
  if (command !== 'join' && !COMMANDS[command]) throw new Error(`there is no command "${command}"`)
  const done = command === 'join' ? await join(...words) : await COMMANDS[command](State.load(options.state), ...words)
  console.log(JSON.stringify(done))
} catch (error) {
  console.error(process.env.SAMSYN_TRACE ? error : error.message)
  process.exitCode = error.code === 'access' ? 4 : 1
}
