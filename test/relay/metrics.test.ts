/** Metrics: the format that Prometheus reads, and nobody in it. */
import { expect, test } from "vitest"
import { prometheus } from "../../src/relay/metrics.ts"
import { tagOf } from "../../src/relay/monitor.ts"
import { CoreBench, open } from "../support/core-bench.ts"

test("every line is a comment or a sample, each name is explained, and nobody is named", async () => {
  const bench = new CoreBench()
  const { wire, person } = await bench.join("alice of the tests")
  await wire.ask(open(new Uint8Array(32).fill(0x77)))
  await wire.ask({ type: "getHeader", rid: 3, headerId: new Uint8Array(32) })
  const stranger = await bench.connect("10.0.0.9")
  await bench.pass(10_000)
  await stranger.drop()
  const { monitor } = bench.relay
  monitor.synced(3)
  monitor.looked({ freeBytes: 5, totalBytes: 9, storeBytes: 1, isLow: true })
  const text = prometheus(monitor.snapshot(bench.now))
  expect(text.endsWith("\n")).toBe(true)
  const lines = text.trimEnd().split("\n")
  const explained = new Set(lines.flatMap((line) => /^# TYPE (\S+) /.exec(line)?.[1] ?? []))
  for (const line of lines) {
    if (line.startsWith("# HELP ") || line.startsWith("# TYPE ")) continue
    const sample = /^([a-z_]+)(\{[a-z]+="[a-z0-9.+A-Z-]+"\})? (\d+(\.\d+)?(e-\d+)?)$/.exec(line)
    expect(line).toBe(sample?.[0])
    expect(explained).toContain(sample![1]!.replace(/_(bucket|sum|count)$/, ""))
  }
  expect(text).toContain('secure_chat_relay_cut_total{why="late"} 1\n')
  expect(text).toContain('secure_chat_relay_refused_total{code="unknown-channel"} 1\n')
  expect(text).toContain('secure_chat_relay_sync_seconds_bucket{le="0.005"} 1\n')
  expect(text).toContain("secure_chat_relay_disk_low 1\n")
  for (const secret of ["alice", "10.0.0.9", tagOf(person.accountId)]) expect(text).not.toContain(secret)
})
