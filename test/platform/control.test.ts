/** The control socket: only programs of the same user get a word in, and none of them can fill the memory. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { connect, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, expect, test } from "vitest"
import {
  type ControlPeer,
  MAX_CONTROL_CONNECTIONS,
  MAX_CONTROL_LINE_BYTES,
  openControl,
  serveControl,
} from "../../src/platform/control.ts"
import { PlatformError } from "../../src/platform/errors.ts"

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

async function serving(said: (peer: ControlPeer, line: string) => void, name = "run") {
  const dir = mkdtempSync(join(tmpdir(), "control-"))
  ends.push(() => rmSync(dir, { recursive: true, force: true }))
  const [folder, note] = [join(dir, name), join(dir, "control")]
  const server = await serveControl(folder, note, said)
  ends.push(() => server.close())
  const { at, token } = JSON.parse(readFileSync(note, "utf8")) as { at: string; token: string }
  return { server, folder, note, at, token }
}

const raw = async (at: string): Promise<{ socket: Socket; gone: Promise<void> }> => {
  const socket = connect(at)
  socket.on("error", () => {})
  const gone = new Promise<void>((resolve) => socket.once("close", () => resolve()))
  await new Promise((resolve) => {
    socket.once("connect", resolve)
    socket.once("close", resolve)
  })
  ends.push(() => socket.destroy())
  return { socket, gone }
}

test("lines go both ways, and only the owner can get at it", async () => {
  const { note, folder, at } = await serving((peer, line) => peer.send(line.toUpperCase()))
  for (const [path, mode] of [
    [folder, 0o700],
    [at, 0o600],
    [note, 0o600],
  ] as const)
    expect([path, (statSync(path).mode & 0o777).toString(8)]).toEqual([path, mode.toString(8)])
  const heard: string[] = []
  const two = Promise.withResolvers<void>()
  const connection = await openControl(
    note,
    (line) => heard.push(line) === 2 && two.resolve(),
    () => {},
  )
  connection.send("status")
  connection.send("ärger")
  await two.promise
  connection.close()
  expect(heard).toEqual(["STATUS", "ÄRGER"])
})

test("whoever does not have the token is not listened to", async () => {
  const heard: string[] = []
  const { at, token } = await serving((_, line) => void heard.push(line))
  for (const first of ["", "0".repeat(32), `${token}x`, token.toUpperCase(), "status"]) {
    const { socket, gone } = await raw(at)
    socket.write(`${first}\nban alice\n`)
    await gone
  }
  expect(heard).toEqual([])
})

test("a line that never ends, one that is too long, and bytes that are no text end the connection", async () => {
  const heard: number[] = []
  const { at, token } = await serving((_, line) => void heard.push(line.length))
  const long = Buffer.alloc(MAX_CONTROL_LINE_BYTES + 1, 97)
  for (const bytes of [long, Buffer.concat([long, Buffer.from("\n")]), Buffer.from([0xff, 0xfe, 10])]) {
    const { socket, gone } = await raw(at)
    socket.write(`${token}\n`)
    socket.write(bytes)
    await gone
  }
  expect(heard).toEqual([])
  const { socket } = await raw(at)
  socket.write(`${token}\n${"a".repeat(MAX_CONTROL_LINE_BYTES)}\n`)
  await expect.poll(() => heard).toEqual([MAX_CONTROL_LINE_BYTES])
})

test("no more than so many are connected at once, and places come free", async () => {
  const { at, token } = await serving((peer, line) => peer.send(line))
  const held = []
  for (let i = 0; i < MAX_CONTROL_CONNECTIONS; i++) held.push(await raw(at))
  const late = await raw(at)
  await late.gone
  held[0]!.socket.destroy()
  await held[0]!.gone
  const answered = async () => {
    const { socket, gone } = await raw(at)
    const answer = Promise.race([
      new Promise<string>((resolve) => socket.once("data", (data: Buffer) => resolve(data.toString()))),
      gone.then(() => "gone"),
    ])
    socket.write(`${token}\nhello\n`)
    return answer
  }
  await expect.poll(answered).toBe("hello\n")
})

test("a reader that does not read is cut, and the relay's memory stays what it was", async () => {
  const watchers: ControlPeer[] = []
  const { at, token } = await serving((peer) => void watchers.push(peer))
  const { socket } = await raw(at)
  socket.pause()
  socket.write(`${token}\nwatch\n`)
  await expect.poll(() => watchers.length).toBe(1)
  const line = "x".repeat(65_536)
  let sent = 0
  while (watchers[0]!.send(line) && sent < 10_000) sent++
  expect(sent).toBeLessThan(1_000)
})

test("what an earlier process left behind makes way; a folder whose path is long has its socket elsewhere", async () => {
  const { note, at, server, folder } = await serving((peer, line) => peer.send(line))
  await server.close()
  expect([existsSync(note), existsSync(at)]).toEqual([false, false])
  writeFileSync(join(folder, "socket"), "")
  const again = await serveControl(folder, note, (peer, line) => peer.send(line))
  await again.close()
  const far = await serving((peer, line) => peer.send(line), "a".repeat(120))
  expect(Buffer.byteLength(far.at)).toBeLessThan(108)
  const heard = Promise.withResolvers<string>()
  const connection = await openControl(far.note, heard.resolve, () => {})
  connection.send("here")
  expect(await heard.promise).toBe("here")
  connection.close()
})

test("nobody there is said as such, also when a killed relay left its note", async () => {
  const { note, server } = await serving(() => {})
  const left = readFileSync(note)
  await server.close()
  const open = () =>
    openControl(
      note,
      () => {},
      () => {},
    )
  await expect(open()).rejects.toThrow(PlatformError)
  for (const text of [
    left,
    Buffer.from("{"),
    Buffer.from("[]"),
    Buffer.from("null"),
    Buffer.from('{"at":1}'),
  ]) {
    writeFileSync(note, text)
    await expect(open()).rejects.toMatchObject({ code: "not-found" })
  }
})

test("a note that the system does not let one look at is an error of the system, told with its place", async () => {
  const dir = mkdtempSync(join(tmpdir(), "control-"))
  ends.push(() => rmSync(dir, { recursive: true, force: true }))
  const note = join(dir, "control")
  symlinkSync(note, note)
  const opened = openControl(
    note,
    () => {},
    () => {},
  )
  await expect(opened).rejects.toThrow(PlatformError)
  await expect(opened).rejects.toThrow(note)
})
