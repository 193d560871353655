// The WebSocket to a relay (section 1 of docs/protocol.md), and whether it lives (ping and pong, section 3).

import WebSocket from 'ws'
import { challenge } from './identity.js'
import { frame, MOST, ProtocolError, unframe } from './wire.js'

const LOOK_EVERY = 250
const ASK_AFTER = 5_000
const ASK_AFTER_PUSH = 2_000
const ANSWER_WITHIN = 7_000
const WELCOME_WITHIN = 20_000
const CONNECT_WITHIN = 10_000

/** The relay answered instead of opening a WebSocket. */
export class Turned extends Error {
  constructor(status, after, words) {
    super(`the relay answered ${status}: ${words.trim()}`)
    Object.assign(this, { status, after })
  }
}

/** The relay ended the connection, and said why. */
export class Notice extends Error {
  constructor({ c, w, s }) {
    super(`${c}: ${w}`)
    Object.assign(this, { code: c, after: s })
  }
}

/** The connection ended without a word. */
export class Broken extends Error {}

/** Connects to a workspace. */
export function dial(link, workspace, cut) {
  const options = { perMessageDeflate: false, maxPayload: MOST.frame, followRedirects: false, handshakeTimeout: CONNECT_WITHIN }
  const socket = new WebSocket(`${link}/sync/${workspace}`, options)
  return new Promise((resolve, reject) => {
    let asked = null
    socket.on('upgrade', (response) => {
      const header = response.headers['samsyn-challenge']
      asked = header ? challenge(header) : null
    })
    socket.on('unexpected-response', (request, response) => {
      let words = ''
      response.on('data', (part) => (words += part))
      response.on('end', () => reject(new Turned(response.statusCode, Number(response.headers['retry-after'] ?? 0), words)))
    })
    socket.on('error', (error) => reject(new Broken(error.message)))
    socket.on('open', () => resolve(new Link(socket, asked, cut)))
  })
}

class Link {
  constructor(socket, asked, cut) {
    Object.assign(this, { socket, asked, cut, frames: [], waiting: null, ended: null, pushes: 0, welcomed: false, pinged: null })
    this.heard = Date.now()
    socket.on('message', (data, isBinary) => this.take(data, isBinary))
    socket.on('close', () => this.end(new Broken('the connection ended')))
    socket.on('error', (error) => this.end(new Broken(error.message)))
    // A part of a frame is a sign of life, too.
    socket._socket.on('data', () => this.hear())
    this.pulse = setInterval(() => this.look(), LOOK_EVERY)
  }

  hear() {
    this.heard = Date.now()
    this.pinged = null
  }

  /** Asks whether the relay is there, and gives up where it is not. */
  look() {
    const now = Date.now()
    const patience = this.welcomed ? ANSWER_WITHIN : WELCOME_WITHIN
    if (this.pinged !== null && now - this.pinged > patience) {
      this.end(new Broken('nothing was heard for too long'))
    } else if (!this.welcomed && now - this.heard > patience) {
      this.end(new Broken('no welcome came'))
    } else if (this.welcomed && this.pinged === null && now - this.heard > (this.pushes > 0 ? ASK_AFTER_PUSH : ASK_AFTER)) {
      this.pinged = now
      this.send('ping')
    }
  }

  take(data, isBinary) {
    this.hear()
    if (this.cut-- <= 0) return this.end(new Broken('the link was cut'))
    try {
      if (!isBinary) throw new ProtocolError('a text came')
      const message = unframe(new Uint8Array(data))
      if (message.name === 'notice') this.end(new Notice(message.body))
      else if (message.name !== 'pong') this.frames.push(message)
    } catch (error) {
      this.end(error)
    }
    this.wake()
  }

  wake() {
    const waiting = this.waiting
    if (!waiting || (this.frames.length === 0 && !this.ended)) return
    this.waiting = null
    if (this.frames.length > 0) waiting.resolve(this.frames.shift())
    else waiting.reject(this.ended)
  }

  end(error) {
    this.ended ??= error
    clearInterval(this.pulse)
    this.socket.terminate()
    this.wake()
  }

  send(name, body) {
    if (!this.ended) this.socket.send(frame(name, body))
  }

  /** The next message. Rejects where the connection has ended. */
  next() {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject }
      this.wake()
    })
  }

  close() {
    clearInterval(this.pulse)
    this.ended ??= new Broken('it was closed')
    this.socket.close()
    const late = setTimeout(() => this.socket.terminate(), 2_000)
    this.socket.once('close', () => clearTimeout(late))
  }
}
