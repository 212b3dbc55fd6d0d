import manifest from "../../package.json" with { type: "json" }

process.stdout.write(`secure-chat ${manifest.version}\n`)
