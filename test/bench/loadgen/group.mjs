// Started before the relay, and only by benchmarks: OpenSSL before 3.5 lacks the hybrid group, so handshakes use the
// one that the peers use. Nothing else changes; what the hybrid group costs is measured with Node's own client.
import tls from "node:tls"
import { syncBuiltinESMExports } from "node:module"

const { createServer } = tls
tls.createServer = (options, ...rest) => createServer({ ...options, ecdhCurve: "X25519" }, ...rest)
syncBuiltinESMExports()
