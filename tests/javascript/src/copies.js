// The same work under another name, where two copies of a device's file wrote under one actor: section 10 of docs/protocol.md.

import * as Automerge from '@automerge/automerge'
import { hex, sha256, text, unhex } from './bytes.js'
import { readChange, sorted } from './chunks.js'

/**
 * A record's changes of which this one, all later ones of its actor, and what was built on these, have another name: for each old hash the
 * new chunk. `changes` stand each behind what it builds on.
 */
export function renamed(changes, first) {
  const begin = changes.find((change) => change.hash === first)
  const taken = new Map(changes.map((change) => [`${change.actor} ${change.number}`, change.hash]))
  const author = changes.find((change) => change.actor === begin.actor && change.number === 1)?.device
  const stretches = [stretch(begin.actor, begin)]
  const names = new Map()
  for (const change of changes) {
    const own = change.actor === begin.actor && change.number >= begin.number
    if (!own && !change.dependencies.some((hash) => names.has(hash))) continue
    for (;;) {
      const chunk = readChange(write(change, begin.actor, stretches, names, author))
      const there = taken.get(`${chunk.actor} ${chunk.number}`)
      if (!own || there === undefined || there === chunk.hash) {
        names.set(change.hash, chunk)
        break
      }
      // Another change stands there: from here on yet another name, by the same rule.
      stretches.push(stretch(chunk.actor, { ...change, hash: chunk.hash }))
    }
  }
  return names
}

const startOf = (change) => Automerge.decodeChange(change.bytes).startOp

const stretch = (actor, change) => ({
  actor: hex(sha256(text('samsyn copy '), unhex(actor), unhex(change.hash)).subarray(0, 16)),
  operation: startOf(change),
  number: change.number,
})

function write(change, old, stretches, names, author) {
  const decoded = Automerge.decodeChange(change.bytes)
  const at = (operation) => [...stretches].reverse().find((one) => one.operation <= operation)
  const name = (id) => {
    const [number, actor] = id.split('@')
    const found = actor === old ? at(Number(number)) : null
    return found ? `${number}@${found.actor}` : id
  }
  const operation = (op) => {
    const all = { ...op, obj: op.obj === '_root' ? op.obj : name(op.obj), pred: op.pred.map(name).sort(byNumber) }
    return op.elemId && op.elemId !== '_head' ? { ...all, elemId: name(op.elemId) } : all
  }
  const again = { ...decoded, ops: decoded.ops.map(operation), deps: sorted(decoded.deps.map((hash) => names.get(hash)?.hash ?? hash)) }
  if (decoded.actor === old) {
    const own = at(decoded.startOp)
    Object.assign(again, { actor: own.actor, seq: decoded.seq - own.number + 1 })
    // The first names the device.
    if (again.seq === 1 && author) Object.assign(again, { author, extra_bytes: [1, 16, ...unhex(author)] })
  }
  return Automerge.encodeChange(again)
}

/** Predecessors stand in the order of their numbers, and then of their actors. */
function byNumber(one, other) {
  const [[a, actor], [b, another]] = [one.split('@'), other.split('@')]
  return a - b || (actor < another ? -1 : 1)
}
