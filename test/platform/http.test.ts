/** The pages for machines that watch: two paths, and nothing for whoever asks otherwise. */
import { connect } from "node:net"
import { afterAll, expect, test } from "vitest"
import { servePages } from "../../src/platform/http.ts"

const open: { close(): Promise<void> }[] = []
afterAll(async () => {
  for (const each of open) await each.close()
})

async function pages() {
  const served = await servePages(
    { host: "127.0.0.1", port: 0 },
    {
      "/health": () => ({ status: 503, type: "text/plain", text: "low\n" }),
      "/metrics": () => ({ status: 200, type: "text/plain", text: "a 1\n" }),
    },
  )
  open.push(served)
  return served.port
}

/** What comes back to these bytes until the connection ends. */
function said(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes))
    let text = ""
    socket.on("data", (data: Buffer) => (text += data.toString()))
    socket.on("error", () => {})
    socket.once("close", () => resolve(text))
  })
}

test.each([
  ["GET /metrics HTTP/1.1\r\nhost: 127.0.0.1:1\r\n\r\n", "200", "a 1\n"],
  ["GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n", "503", "low\n"],
  ["GET /health HTTP/1.1\r\nhost: [::1]:9\r\n\r\n", "503", "low\n"],
  ["GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n", "404", "not found\n"],
  ["GET /__proto__ HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n", "404", "not found\n"],
  ["POST /metrics HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 0\r\n\r\n", "405", "GET only\n"],
  ["GET /metrics HTTP/1.1\r\nhost: evil.example\r\n\r\n", "403", "ask for an address, not a name\n"],
])("%j is answered %s", async (request, status, body) => {
  const answer = await said(await pages(), request)
  expect(answer.split(" ")[1]).toBe(status)
  expect(answer.endsWith(`\r\n\r\n${body}`)).toBe(true)
})

test("nonsense, and headers without end, are cut", async () => {
  const port = await pages()
  expect(await said(port, "\u0016\u0003\u0001 hello\r\n\r\n")).toBe("")
  expect(await said(port, `GET /metrics HTTP/1.1\r\nx: ${"y".repeat(100_000)}`)).not.toContain("a 1")
})

test("a busy port is said", async () => {
  const port = await pages()
  await expect(servePages({ host: "127.0.0.1", port }, {})).rejects.toMatchObject({ code: "port-busy" })
})
