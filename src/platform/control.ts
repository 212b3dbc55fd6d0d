/**
 * A local socket on which programs of the same user talk to a running one: a Unix socket, mode 0600, in a folder of
 * mode 0700; on Windows a named pipe. What travels are lines of UTF-8. Who may open the socket is the system's to
 * decide; who may say something is decided by a token in a file that only the same user reads, because a pipe's
 * name is visible to all.
 *
 * A shared socket is for programs of other users as well: it stands where its maker says, mode 0660, and whoever the
 * system lets open it is heard, without a token.
 *
 * Everything is bounded: connections, the length of a line, what waits to be read by a slow reader, and the time
 * until the token has come.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto"
import { chmodSync, lstatSync, rmSync, statSync } from "node:fs"
import { connect, createServer, type Socket } from "node:net"
import { dirname, isAbsolute } from "node:path"
import type { Millis } from "./clock.ts"
import { PlatformError, systemCode } from "./errors.ts"
import { nodeFiles } from "./files.ts"
import { MAX_PATH_BYTES, placeFor } from "./local-socket.ts"

/** Bytes of one line, in either direction. */
export const MAX_CONTROL_LINE_BYTES = 1_048_576
/** Programs that are connected at once. */
export const MAX_CONTROL_CONNECTIONS = 16
/** A program says within this time who it is. */
export const CONTROL_DEADLINE_MS: Millis = 5_000
/** What waits for a program that does not read; then it is cut. */
const MAX_WAITING_BYTES = 8_388_608
const TOKEN_BYTES = 16
const MAX_FILE_BYTES = 4_096

/** One program that is connected and has shown the token. */
export interface ControlPeer {
  /** Queues a line; false once the connection is gone. */
  send(line: string): boolean
  close(): void
  /** Calls back once, when the connection is gone. */
  onGone(act: () => void): void
}

export interface ControlServer {
  close(): Promise<void>
}

/**
 * Listens until `close`. What an earlier process left behind makes way: the caller holds the folder's lock.
 *
 * @param folder made when missing; its mode becomes 0700.
 * @param note the path of the file that tells other programs of this user how to get here, mode 0600.
 * @throws PlatformError.
 */
export async function serveControl(
  folder: string,
  note: string,
  said: (peer: ControlPeer, line: string) => void,
): Promise<ControlServer> {
  const token = randomBytes(TOKEN_BYTES).toString("hex")
  const { at, remove } = placeFor(folder, "socket")
  const close = await listenAt(at, 0o600, (socket) => greet(socket, token, said))
  nodeFiles.writeAtomic(note, new TextEncoder().encode(`${JSON.stringify({ v: 1, at, token })}\n`))
  return {
    close: async () => {
      nodeFiles.remove(note)
      await close()
      remove()
    },
  }
}

/**
 * Listens until `close` where other users come as well. What an earlier process left behind makes way.
 *
 * @param at an absolute path of at most 100 bytes, in a folder of this user's or root's that nobody else may write to:
 * the folder's group, or who else may enter it, decides who comes.
 * @throws PlatformError `not-permitted`.
 */
export async function serveShared(
  at: string,
  said: (peer: ControlPeer, line: string) => void,
): Promise<ControlServer> {
  const why = faultOf(at)
  if (why !== undefined)
    throw new PlatformError("not-permitted", `no shared socket can be made at ${at}: ${why}`)
  rmSync(at, { force: true })
  const close = await listenAt(at, 0o660, (socket) => hear(socket, said))
  return {
    close: async () => {
      await close()
      rmSync(at, { force: true })
    },
  }
}

/** Why a shared socket may not stand there, or undefined. */
function faultOf(at: string): string | undefined {
  if (process.platform === "win32") return "this system has none"
  if (!isAbsolute(at)) return "it is no absolute path"
  if (Buffer.byteLength(at) > MAX_PATH_BYTES) return `it is longer than ${MAX_PATH_BYTES} bytes`
  const folder = statSync(dirname(at), { throwIfNoEntry: false })
  if (!folder?.isDirectory()) return "its folder is not there"
  // Whoever may write there could put another socket in its place, and be told what is meant for the relay.
  if (folder.uid !== process.getuid!() && folder.uid !== 0) return "its folder belongs to somebody else"
  if ((folder.mode & 0o022) !== 0) return "others may write to its folder"
  const there = lstatSync(at, { throwIfNoEntry: false })
  return there === undefined || there.isSocket() ? undefined : "something else has this name"
}

/** @returns what ends it. @throws PlatformError `not-permitted`. */
async function listenAt(
  at: string,
  mode: number,
  came: (socket: Socket) => void,
): Promise<() => Promise<void>> {
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    socket.on("error", () => {}) // "close" follows
    if (open.size >= MAX_CONTROL_CONNECTIONS) return void socket.destroy()
    open.add(socket)
    socket.once("close", () => open.delete(socket))
    came(socket)
  })
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) =>
      reject(new PlatformError("not-permitted", `no control socket can be made at ${at}`, { cause })),
    )
    // Until the mode is set, the folder's keeps everybody out who may not come in at all.
    server.listen(at, resolve)
  })
  server.on("error", () => {})
  if (process.platform !== "win32") chmodSync(at, mode)
  return () =>
    new Promise((done) => {
      server.close(() => done())
      for (const socket of open) socket.destroy()
    })
}

function greet(socket: Socket, token: string, said: (peer: ControlPeer, line: string) => void): void {
  const late = setTimeout(() => socket.destroy(), CONTROL_DEADLINE_MS)
  socket.once("close", () => clearTimeout(late))
  let isKnown = false
  hear(socket, (peer, line) => {
    if (isKnown) return said(peer, line)
    isKnown = isToken(line, token)
    if (!isKnown) return void socket.destroy()
    clearTimeout(late)
  })
}

function hear(socket: Socket, said: (peer: ControlPeer, line: string) => void): void {
  const peer: ControlPeer = {
    send: (line) => {
      if (socket.destroyed || socket.writableEnded) return false
      socket.write(`${line}\n`)
      if (socket.writableLength > MAX_WAITING_BYTES) socket.destroy()
      return !socket.destroyed
    },
    close: () => socket.end(),
    onGone: (act) => void socket.once("close", act),
  }
  cutLines(socket, (line) => said(peer, line))
}

function isToken(line: string, token: string): boolean {
  const [said, known] = [line, token].map((text) => createHash("sha256").update(text).digest())
  return timingSafeEqual(said!, known!)
}

/** A line that is too long, or is no UTF-8, ends the connection. */
function cutLines(socket: Socket, take: (line: string) => void): void {
  let waiting: Buffer[] = []
  let size = 0
  const decoder = new TextDecoder("utf-8", { fatal: true })
  socket.on("data", (chunk: Buffer) => {
    let rest = chunk
    for (let end = rest.indexOf(10); end >= 0 && !socket.destroyed; end = rest.indexOf(10)) {
      const whole = Buffer.concat([...waiting, rest.subarray(0, end)])
      rest = rest.subarray(end + 1)
      ;[waiting, size] = [[], 0]
      if (whole.length > MAX_CONTROL_LINE_BYTES) return void socket.destroy()
      let line: string
      try {
        line = decoder.decode(whole)
      } catch {
        return void socket.destroy()
      }
      take(line)
    }
    size += rest.length
    if (size > MAX_CONTROL_LINE_BYTES) return void socket.destroy()
    if (rest.length > 0) waiting.push(rest)
  })
}

export interface ControlConnection {
  send(line: string): void
  close(): void
}

/**
 * @param note as given to `serveControl`.
 * @throws PlatformError `not-found` when nobody serves there, `not-permitted`.
 */
export async function openControl(
  note: string,
  said: (line: string) => void,
  ended: () => void,
): Promise<ControlConnection> {
  const { at, token } = readNote(note)
  const connection = await openShared(at, said, ended)
  connection.send(token)
  return connection
}

/** @param at as given to `serveShared`. @throws as `openControl`. */
export async function openShared(
  at: string,
  said: (line: string) => void,
  ended: () => void,
): Promise<ControlConnection> {
  const socket = connect(at)
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve)
    socket.once("error", (cause) => {
      const isAllowed = !["EACCES", "EPERM"].includes(systemCode(cause) ?? "")
      reject(
        isAllowed
          ? new PlatformError("not-found", "nobody answers on the control socket", { cause })
          : new PlatformError("not-permitted", "another user's program is running there", { cause }),
      )
    })
  })
  socket.on("error", () => {})
  cutLines(socket, said)
  socket.once("close", ended)
  return { send: (line) => void socket.write(`${line}\n`), close: () => void socket.destroy() }
}

function readNote(path: string): { at: string; token: string } {
  if (!nodeFiles.exists(path)) throw new PlatformError("not-found", "nobody has a control socket there")
  try {
    const text = new TextDecoder().decode(nodeFiles.read(path, MAX_FILE_BYTES))
    const note = JSON.parse(text) as { at?: unknown; token?: unknown } | null
    if (typeof note?.at === "string" && typeof note.token === "string")
      return { at: note.at, token: note.token }
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
  }
  throw new PlatformError("not-found", `${path} does not say where the control socket is`)
}
