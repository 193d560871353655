// The page that this client is written from: the fields of all kinds are read out of it, and the tests' examples.

import { readFileSync } from 'node:fs'

const PAGE = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8')

function block(name) {
  const start = PAGE.indexOf('```' + name + '\n')
  if (start < 0) throw new Error(`the page has no ${name}`)
  const from = PAGE.indexOf('\n', start) + 1
  return PAGE.slice(from, PAGE.indexOf('```', from))
}

/** The bytes of an example: a block of hexadecimal digits, with remarks behind #. */
export function example(name) {
  const digits = block(`hex ${name}`).replace(/#.*$/gm, '').replace(/\s/g, '')
  return new Uint8Array(Buffer.from(digits, 'hex'))
}

/** The block of the seeds' hashes: kind and hash. */
export const seedHashes = () => block('seeds').trim().split('\n').map((line) => line.split(' '))

/** A limit of section 6: the first number in the second column of the row that begins with these words. */
export function limit(words) {
  const row = PAGE.split('\n').find((line) => line.startsWith(`| ${words} | `))
  const found = row?.slice(words.length + 5).match(/(\d[\d,]*)( MiB)?/)
  if (!found) throw new Error(`the page has no limit of "${words}"`)
  return Number(found[1].replaceAll(',', '')) * (found[2] ? 1024 * 1024 : 1)
}

/** A field as the page describes it: `name: what` with the rows' fields set in below. */
function field(line) {
  const [, name, what, since] = line.match(/^ *(\w+): (.*?)(?: since (\d+))?$/)
  const [, sort, of] = what.match(/^(list of|one of|any of|records?|rows?|(?:whole )?number)(?::? (.*))?$/) ?? [null, what]
  return { name, sort, of: of ?? '', since: Number(since ?? 1) }
}

function fields(name) {
  const all = []
  for (const line of block(`kind ${name}`).split('\n').filter(Boolean)) {
    if (line.startsWith('  ')) all.at(-1).fields.push(field(line))
    else all.push({ ...field(line), fields: [] })
  }
  return all
}

/** The fields of each kind. */
export const KINDS = new Map([...PAGE.matchAll(/^```kind (\w+)$/gm)].map(([, name]) => [name, fields(name)]))
