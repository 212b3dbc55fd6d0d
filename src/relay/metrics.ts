/** The monitor's counts in Prometheus' text format. Counts only: no name, no tag, no address is in it. */
import type { RelaySnapshot } from "./monitor.ts"

const PREFIX = "secure_chat_relay_"
const SECOND_MS = 1_000

/** Version 0.0.4 of the exposition format; ends with a line feed. */
export function prometheus({
  at,
  startedAt,
  connections,
  online,
  people,
  entries,
  refused,
  cut,
  bytes,
  disk,
  sync,
}: RelaySnapshot): string {
  const lines: string[] = []
  const family = (name: string, type: "counter" | "gauge" | "histogram", help: string) =>
    lines.push(`# HELP ${PREFIX}${name} ${help}`, `# TYPE ${PREFIX}${name} ${type}`)
  const value = (name: string, amount: number, labels = "") =>
    lines.push(`${PREFIX}${name}${labels} ${amount}`)
  const one = (name: string, type: "counter" | "gauge", help: string, amount: number) => {
    family(name, type, help)
    value(name, amount)
  }
  const by = (name: string, help: string, label: string, counts: Readonly<Record<string, number>>) => {
    family(name, "counter", help)
    for (const [key, amount] of Object.entries(counts)) value(name, amount, `{${label}="${key}"}`)
  }
  one("uptime_seconds", "gauge", "Since the relay started.", Math.max(0, at - startedAt) / SECOND_MS)
  one("connections", "gauge", "Open connections.", connections.open)
  one("connections_authenticated", "gauge", "Open connections that have logged in.", connections.members)
  one("connections_opened_total", "counter", "Connections that were opened.", connections.opened)
  one("people_online", "gauge", "People with at least one connection.", online)
  one("people", "gauge", "People in the directory.", people)
  one("entries_accepted_total", "counter", "Entries that became durable.", entries.accepted)
  one("entry_bytes_total", "counter", "Bytes of the entries that became durable.", entries.bytes)
  by("races_lost_total", "Entries that came too late for their place, and are sent again.", "how", {
    stale: entries.stale,
    conflict: entries.conflict,
  })
  by("refused_total", "Requests and logins that were refused.", "code", refused)
  by("cut_total", "Connections that the relay ended.", "why", cut)
  by("frame_bytes_total", "Bytes of frames, without TLS.", "direction", { in: bytes.in, out: bytes.out })
  family("sync_seconds", "histogram", "How long commits took.")
  for (const { ms, count } of sync.upTo)
    value("sync_seconds_bucket", count, `{le="${ms === Infinity ? "+Inf" : ms / SECOND_MS}"}`)
  value("sync_seconds_sum", sync.totalMs / SECOND_MS)
  value("sync_seconds_count", sync.count)
  if (disk !== undefined) {
    one("store_bytes", "gauge", "What the store takes of the disk.", disk.storeBytes)
    one("disk_free_bytes", "gauge", "What the relay may still write.", disk.freeBytes)
    one("disk_total_bytes", "gauge", "The whole file system.", disk.totalBytes)
    one("disk_low", "gauge", "1 while nothing new is taken for want of space.", Number(disk.isLow))
  }
  return `${lines.join("\n")}\n`
}
