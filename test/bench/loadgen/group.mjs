// Started before the relay, and only by benchmarks: OpenSSL before 3.5 lacks the hybrid group, so X25519 alone is taken
// as well, which is what the peers use. Nothing else changes.
import tls from "node:tls"
import { syncBuiltinESMExports } from "node:module"

const { createServer } = tls
tls.createServer = (options, ...rest) =>
  createServer({ ...options, ecdhCurve: "X25519MLKEM768:X25519" }, ...rest)
syncBuiltinESMExports()
