// What a role may do with which kind (section 11), what stands in a field (section 13), and places in lists.

import { read, sha256, text } from './bytes.js'
import { KINDS } from './page.js'

const SETS = ['any of', 'records', 'rows']

/** What holds a field: 'text', 'map', 'counter', or null for a register. */
export function container({ sort }) {
  if (sort === 'prose') return 'text'
  if (sort === 'list of' || SETS.includes(sort)) return 'map'
  return sort === 'counter' ? 'counter' : null
}

export const isSet = ({ sort }) => SETS.includes(sort)
export const isList = ({ sort }) => sort === 'list of'

/** The field of that name; `list.field` for one of a row. */
export function fieldOf(kind, path) {
  const [name, inner] = path.split('.')
  const field = KINDS.get(kind)?.find((field) => field.name === name)
  const found = inner ? field?.fields.find((field) => field.name === inner) : field
  if (!found) throw new Error(`${kind} has no field ${path}`)
  return found
}

/** The actor of a kind's seed. */
export const seedActor = (kind, generation) => sha256(text(`samsyn seed ${kind} ${generation}`)).subarray(0, 16)

const written = (value) => (value == null || value === '' ? null : String(value))
const FORMS = {
  money: /^-?\d+\.\d\d [A-Z]{3}$/,
  day: /^\d{4}-\d\d-\d\d$/,
  days: /^\d{4}-\d\d-\d\d\/\d{4}-\d\d-\d\d$/,
  point: /^geo:-?\d+(\.\d+)?,-?\d+(\.\d+)?$/,
  'e-mail': /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/,
  'web address': /^https?:\/\/[^\s/?#]+\S*$/,
  telephone: /^\+?[\d\s()/.,#;–-]*$/,
}

/** A word as somebody types it, as the value of a register. */
export function typed({ name, sort, of }, word) {
  const wrong = () => new Error(`${name}: "${word}" is no ${sort} ${of}`.trim())
  if (written(word) === null) return null
  if (sort === 'yes-or-no') {
    if (word !== 'true' && word !== 'false') throw wrong()
    return word === 'true'
  }
  if (sort.endsWith('number')) {
    const [lowest, highest] = of.split(' to ').map(Number)
    const value = Number(word)
    const fits = value >= lowest && value <= highest && (sort === 'number' || Number.isInteger(value))
    if (!fits) throw wrong()
    return value
  }
  if (sort === 'one of' && !of.split(', ').includes(word)) throw wrong()
  if (sort === 'record' && !read(word, 16)) throw wrong()
  if (sort === 'row' && !read(word, 10)) throw wrong()
  if (FORMS[sort] && !FORMS[sort].test(word)) throw wrong()
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(word) || [...word].length > 2000) throw wrong()
  return word
}

/** What a role may do with a kind: 'write', 'own', 'read' or null. */
export function right(role, kind) {
  if (role === 'coordinator') return 'write'
  if (kind === 'member') return 'own'
  if (role === 'ambassador') return 'write'
  if (role === 'reader') return 'read'
  if (kind === 'venue' || kind === 'plan') return 'own'
  return ['organisation', 'focus_area', 'meeting'].includes(kind) ? 'read' : null
}

/** Whether a record, as it can be read, is somebody's own. */
export function isOwn(grant, device, id, record) {
  if (record._kind === 'member') return id === device
  if (!grant.organisation) return false
  if (record._kind === 'venue') return record.organisation === grant.organisation
  const partners = record.partners ?? []
  return record._kind === 'plan' && (record.owner === grant.organisation || partners.includes(grant.organisation))
}

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** An order key between two others; an empty one is the end of the list. */
export function between(before, after) {
  let key = ''
  let bounded = after > before
  for (let place = 0; ; place++) {
    const low = place < before.length ? DIGITS.indexOf(before[place]) : 0
    const high = !bounded ? DIGITS.length : place < after.length ? DIGITS.indexOf(after[place]) : 0
    if (high > low + 1) return key + DIGITS[Math.floor((low + high) / 2)]
    key += DIGITS[low]
    bounded = bounded && high === low
  }
}

