/** A page or two of text for programs on this machine that watch others: two fixed paths, GET only, everything bounded. */
import type { Millis } from "./clock.ts"
import { PlatformError, systemCode } from "./errors.ts"

const DEADLINE_MS: Millis = 5_000
const MAX_HEADER_BYTES = 4_096
const MAX_CONNECTIONS = 16

export interface Page {
  status: 200 | 503
  type: string
  text: string
}

/**
 * @param pages by path, such as `/health`; each is made anew for each request.
 * @returns the port, and what ends it. @throws PlatformError `port-busy`, `not-permitted` or `no-such-address`.
 */
export async function servePages(
  { host, port }: { host: string; port: number },
  pages: Readonly<Record<string, () => Page>>,
): Promise<{ port: number; close(): Promise<void> }> {
  // With it comes the whole web client of node, which no other command waits for.
  const { createServer } = await import("node:http")
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (request, response) => {
    const { method, url = "", headers } = request
    const make = Object.hasOwn(pages, url) ? pages[url] : undefined
    const answer = (status: number, type: string, text: string) => {
      response.writeHead(status, {
        "content-type": type,
        "content-length": Buffer.byteLength(text),
        "cache-control": "no-store",
        connection: "close",
      })
      response.end(text)
    }
    // A page of the web that a browser on this machine shows must not read it under a name of its own.
    if (!isAddress(headers.host ?? "")) return answer(403, "text/plain", "ask for an address, not a name\n")
    if (make === undefined) return answer(404, "text/plain", "not found\n")
    if (method !== "GET") return answer(405, "text/plain", "GET only\n")
    const page = make()
    answer(page.status, page.type, page.text)
  })
  server.requestTimeout = server.headersTimeout = server.timeout = DEADLINE_MS
  server.keepAliveTimeout = 1
  server.maxConnections = MAX_CONNECTIONS
  server.on("clientError", (_, socket) => void socket.destroy())
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => reject(problem(cause, `${host}:${port}`)))
    server.listen(port, host, () => {
      server.on("error", () => {})
      const bound = server.address()
      resolve({
        port: typeof bound === "object" && bound !== null ? bound.port : port,
        close: () =>
          new Promise((done) => {
            server.close(() => done())
            server.closeAllConnections()
          }),
      })
    })
  })
}

/** `127.0.0.1:9667`, `[::1]:9667`, `localhost`. */
function isAddress(host: string): boolean {
  return /^(\d+\.\d+\.\d+\.\d+|\[[0-9a-f:.]+\]|localhost)(:\d+)?$/i.test(host)
}

function problem(cause: Error, place: string): PlatformError {
  switch (systemCode(cause)) {
    case "EADDRINUSE":
      return new PlatformError("port-busy", `another program already listens on ${place}`, { cause })
    case "EACCES":
    case "EPERM":
      return new PlatformError("not-permitted", `the system does not allow listening on ${place}`, { cause })
    default:
      return new PlatformError("no-such-address", `nobody can listen on ${place}`, { cause })
  }
}
