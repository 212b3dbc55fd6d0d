// Load on a relay or on one of its peers, from one thread, and one line of JSON about it. See README.md.
// Ends with 0, with 2 for wrong options, and with 3 when a connection was lost: then there is no figure to be used.
#include "loadgen.hpp"

#include "measures.hpp"
#include "transport.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <map>

Options options;
Protocol *protocol;

static uint64_t readyCount, subscribedCount, arrivedCount, sentCount, acknowledgedCount, failedStamps;
static bool isMeasured;
static Histogram latencies;
static std::string payload;
static std::vector<Connection *> writers;
static Connection *publisher;
static int readers = 1;
static uint64_t returned, wantedBack, stormAt, stormNanos;

static bool isMode(const char *mode) { return options.mode == mode; }
static bool isOpenLoop() { return options.rate > 0; }

void isReady(Connection &c) {
  if (c.state == State::ready) return;
  c.state = State::ready;
  readyCount++;
  opening--;
  if (isMode("handshakes")) return latencies.add(nowNanos() - c.openedAt);
  if (isMode("durable") && !c.isPersistent) {
    protocol->prepareDurable(c);
    protocol->prepareToWrite(c);
  } else if (c.reads ? protocol->needsSubscription() || isMode("fanout") : protocol->writerJoins()) protocol->subscribe(c);
  else isSubscribed(c);
  c.isDirty = false;
  mark(c);
}

void isSubscribed(Connection &c) {
  if (c.isSubscribed) return;
  c.isSubscribed = true;
  subscribedCount++;
  if (c.hasReturned && ++returned == wantedBack) stormNanos = nowNanos() - stormAt;
}

static uint64_t stampOf(const char *text, size_t size) {
  uint64_t value = 0;
  for (size_t i = 0; size >= 16 && i < 16; i++) value = value << 4 | (uint64_t)(text[i] <= '9' ? text[i] - '0' : text[i] - 'a' + 10);
  return value;
}

void hasArrived(Connection &c, const char *text, size_t size) {
  const uint64_t stamp = stampOf(text, size);
  // In order, by the sender's clock: anything else is a message twice, or out of turn.
  if (stamp < c.lastStamp) failedStamps++;
  c.lastStamp = stamp;
  c.received++;
  arrivedCount++;
  if (isMeasured && !c.hasReturned && receivedAt > stamp) latencies.add(receivedAt - stamp);
  if (isOpenLoop()) return;
  if (publisher != nullptr) mark(*publisher);
  if (c.peer < 0) return;
  connections[c.peer]->acknowledged++;
  mark(*connections[c.peer]);
}

void isAcknowledged(Connection &c, uint64_t count) {
  acknowledgedCount += count;
  if (!isMode("durable")) return;
  c.acknowledged += count;
  for (; count > 0 && !c.waiting.empty(); count--) {
    if (isMeasured) latencies.add(nowNanos() - c.waiting.front());
    c.waiting.pop_front();
  }
  if (!isOpenLoop()) {
    c.isDirty = false;
    mark(c);
  }
}

static void put(Connection &c, uint64_t at) {
  static const char digits[] = "0123456789abcdef";
  for (int i = 0; i < 16; i++) payload[i] = digits[at >> (60 - 4 * i) & 15];
  if (isMode("durable")) {
    c.waiting.push_back(at);
    protocol->publishDurably(c, payload.data(), payload.size());
  } else protocol->publish(c, payload.data(), payload.size());
  c.sent++;
  sentCount++;
}

static void fillWindow(Connection &c) {
  const uint64_t done = isMode("fanout") ? arrivedCount / readers : c.acknowledged;
  int64_t room = options.window - (int64_t)(c.sent - done);
  if (c.unsent.size() - c.sentUpTo > (1u << 20)) return;
  const uint64_t now = nowNanos();
  for (; room > 0; room--) put(c, now);
}

static void waitFor(const uint64_t &counter, uint64_t wanted, const char *what, double seconds = 400) {
  const uint64_t began = nowNanos();
  while (counter < wanted) {
    openSome();
    pollOnce(10000000);
    flushMarked(nullptr);
    if (lost == 0 && nowNanos() - began < seconds * 1e9) continue;
    fprintf(stderr, "%s: %llu of %llu\n", what, (unsigned long long)counter, (unsigned long long)wanted);
    exit(3);
  }
}

static Connection *addConnection(const char *prefix, int number) {
  Connection *c = new Connection;
  c->index = connections.size();
  c->name = prefix + std::to_string(number);
  connections.push_back(c);
  toOpen.push_back(c);
  return c;
}

static void addWriter(Connection *c) {
  c->writes = true;
  writers.push_back(c);
}

static void setUp() {
  const int n = options.count;
  if (isMode("pairs")) {
    for (int i = 0; i < n; i++) {
      Connection *reader = addConnection("r", i), *writer = addConnection("s", i);
      reader->reads = true;
      reader->peer = writer->index;
      reader->topic = protocol->topicOfPair(i);
      writer->topic = protocol->isAddressedByName() ? reader->name : reader->topic;
      addWriter(writer);
    }
  } else if (isMode("fanout")) {
    for (int i = 0; i < n; i++) addConnection("r", i)->reads = true;
    publisher = addConnection("p", 0);
    addWriter(publisher);
    for (Connection *c : connections) c->topic = protocol->topicOfAll();
    readers = n;
  } else {
    if (protocol->needsOfflineReader()) {
      for (int i = 0; i < n; i++) {
        Connection *reader = addConnection("r", i);
        reader->reads = reader->isPersistent = true;
        reader->topic = protocol->topicOfPair(i);
      }
      waitFor(subscribedCount, n, "offline readers");
      for (Connection *c : connections) drop(*c);
      connections.clear();
      readyCount = subscribedCount = 0;
    }
    for (int i = 0; i < n; i++) {
      addWriter(addConnection("s", i));
      writers[i]->topic = protocol->isAddressedByName() ? "o" + std::to_string(i) : protocol->topicOfPair(i);
    }
  }
  waitFor(readyCount, connections.size(), "connections");
  waitFor(subscribedCount, connections.size(), "subscriptions");
}

static void print(const std::vector<std::pair<const char *, double>> &values) {
  printf("{\"mode\":\"%s\"", options.mode.c_str());
  for (auto &[name, value] : values) printf(",\"%s\":%.2f", name, value);
  printf("}\n");
  fflush(stdout);
}

static void holdIdle() {
  const double before = residentKib(options.pids), time = processorTime(options.pids);
  const uint64_t began = nowNanos();
  for (int i = 0; i < options.count; i++) {
    Connection *c = addConnection("u", i);
    c->reads = true;
    c->topic = protocol->topicOfPair(i);
  }
  waitFor(readyCount, options.count, "connections");
  waitFor(subscribedCount, options.count, "subscriptions");
  const double opened = (nowNanos() - began) / 1e9;
  const uint64_t held = nowNanos();
  while (nowNanos() - held < options.hold * 1e9) {
    pollOnce(50000000);
    flushMarked(nullptr);
  }
  const double after = residentKib(options.pids), count = options.count;
  print({{"count", count},
         {"kibBefore", before},
         {"kibPerConnection", (after - before) / count},
         {"openSeconds", opened},
         {"cpuMicros", (processorTime(options.pids) - time) / 1e3 / count},
         {"lost", (double)lost}});
}

// Opens and closes connections, to the end of the protocol's own greeting.
static void countHandshakes() {
  const double time = processorTime(options.pids);
  const uint64_t began = nowNanos();
  for (int i = 0; i < options.count; i++) addConnection("u", i);
  size_t closed = 0;
  while (closed < (size_t)options.count) {
    openSome();
    pollOnce(10000000);
    flushMarked(nullptr);
    for (size_t i = 0; i < connections.size(); i++) {
      Connection &c = *connections[i];
      if (c.state != State::ready) continue;
      drop(c);
      closed++;
    }
    if (lost > 0 || nowNanos() - began > 120e9) exit(3);
  }
  const double seconds = (nowNanos() - began) / 1e9, count = options.count;
  print({{"perSecond", count / seconds},
         {"cpuMicros", (processorTime(options.pids) - time) / 1e3 / count},
         {"p50Micros", latencies.quantile(0.5) / 1e3},
         {"p99Micros", latencies.quantile(0.99) / 1e3}});
}

// Readers that all lose their connection at one moment, and come back at once.
static void storm() {
  stormAt = nowNanos();
  wantedBack = std::min<uint64_t>(options.storm, options.count);
  options.atOnce = std::max(options.atOnce, options.storm);
  for (uint64_t i = 0; i < wantedBack; i++) {
    Connection &c = *connections[2 * i];
    drop(c);
    c.hasReturned = true;
    toOpen.push_back(&c);
  }
}

static void run() {
  const uint64_t before = nowNanos();
  setUp();
  const uint64_t start = nowNanos();
  const uint64_t from = start + (uint64_t)(options.warm * 1e9), to = from + (uint64_t)(options.seconds * 1e9);
  uint64_t began = 0, arrived = 0, acknowledged = 0, sent = 0, told = from;
  double time = 0, own = 0, due = (double)start;
  Writes writes;
  size_t next = 0;
  if (!isOpenLoop())
    for (Connection *c : writers) mark(*c);
  for (;;) {
    const uint64_t now = nowNanos();
    if (!isMeasured && now >= from) {
      isMeasured = true;
      latencies.clear();
      time = processorTime(options.pids);
      own = ownTime();
      writes = writesOf(options.pids);
      arrived = arrivedCount;
      acknowledged = acknowledgedCount;
      sent = sentCount;
      began = nowNanos();
    }
    if (now >= to || lost > 0) break;
    if (options.storm > 0 && stormAt == 0 && now >= from + (to - from) / 2) storm();
    if (options.every > 0 && now - told > options.every * 1e9) {
      told = now;
      fprintf(stderr, "%.0f s: %llu sent, %llu arrived, p99 %.1f ms, %.0f KiB\n", (now - start) / 1e9,
              (unsigned long long)sentCount, (unsigned long long)arrivedCount, latencies.quantile(0.99) / 1e6,
              residentKib(options.pids));
    }
    openSome();
    int64_t wait = 10000000;
    if (isOpenLoop()) {
      // Latency counts from the moment that was intended: a server that stalls gains nothing by it.
      for (int burst = 0; due <= now && burst < 4096; burst++, due += 1e9 / options.rate) {
        Connection &c = *writers[next++ % writers.size()];
        put(c, (uint64_t)due);
        mark(c);
      }
      wait = std::clamp<int64_t>((int64_t)(due - (double)nowNanos()), 0, wait);
      flushMarked(nullptr);
    } else flushMarked(fillWindow);
    pollOnce(wait);
  }
  const double seconds = (nowNanos() - began) / 1e9;
  const double spent = processorTime(options.pids) - time, ownSpent = ownTime() - own;
  const Writes written = writesOf(options.pids);
  const double arrivals = arrivedCount - arrived, acknowledgements = acknowledgedCount - acknowledged;
  const double counted = std::max(1.0, isMode("durable") ? acknowledgements : arrivals);
  const double sentMeanwhile = sentCount - sent;
  // What is on its way still may arrive; what does not is lost.
  const uint64_t drained = nowNanos();
  auto missing = [] { return isMode("durable") ? sentCount - acknowledgedCount : sentCount * readers - arrivedCount; };
  while (missing() > 0 && lost == 0 && nowNanos() - drained < 20e9) {
    openSome();
    pollOnce(10000000);
    flushMarked(nullptr);
  }
  print({{"setUpSeconds", (start - before) / 1e9},
         {"sentPerSecond", sentMeanwhile / seconds},
         {"perSecond", counted / seconds},
         {"cpuMicros", spent / 1e3 / counted},
         {"serverShare", spent / 1e9 / seconds},
         {"ownShare", ownSpent / 1e9 / seconds},
         {"writesPerMessage", (written.calls - writes.calls) / counted},
         {"diskBytesPerMessage", (written.bytes - writes.bytes) / counted},
         {"p50Micros", latencies.quantile(0.5) / 1e3},
         {"p99Micros", latencies.quantile(0.99) / 1e3},
         {"p999Micros", latencies.quantile(0.999) / 1e3},
         {"mib", residentKib(options.pids) / 1024},
         {"sent", (double)sentCount},
         {"arrived", (double)arrivedCount},
         {"missing", (double)missing()},
         {"outOfTurn", (double)failedStamps},
         {"backMillis", stormNanos / 1e6},
         {"retries", (double)retries},
         {"lost", (double)lost}});
  if (lost > 0 || counted < 2) exit(3);
}

static void usage(const std::string &what) {
  fprintf(stderr, "%s\n", what.c_str());
  exit(2);
}

static void readOptions(int count, char **words) {
  Options &o = options;
  std::string pids;
  const std::map<std::string, std::string *> texts = {
      {"--protocol", &o.protocol}, {"--mode", &o.mode}, {"--host", &o.host},
      {"--plan", &o.plan},         {"--groups", &o.groups}, {"--pid", &pids}};
  const std::map<std::string, int *> numbers = {
      {"--port", &o.port},     {"--count", &o.count},         {"--size", &o.size},   {"--window", &o.window},
      {"--at-once", &o.atOnce}, {"--addresses", &o.addresses}, {"--storm", &o.storm}};
  const std::map<std::string, double *> times = {
      {"--rate", &o.rate}, {"--warm", &o.warm}, {"--seconds", &o.seconds}, {"--hold", &o.hold}, {"--every", &o.every}};
  for (int i = 1; i < count; i++) {
    const std::string word = words[i];
    if (word == "--tls") {
      o.isTls = true;
      continue;
    }
    if (i + 1 == count) usage(word + " needs a value");
    const char *value = words[++i];
    if (texts.count(word)) *texts.at(word) = value;
    else if (numbers.count(word)) *numbers.at(word) = atoi(value);
    else if (times.count(word)) *times.at(word) = atof(value);
    else usage("no such option: " + word);
  }
  for (size_t at = 0; at < pids.size(); at = pids.find(',', at) == std::string::npos ? pids.size() : pids.find(',', at) + 1)
    o.pids.push_back(atoi(pids.c_str() + at));
}

int main(int count, char **words) {
  signal(SIGPIPE, SIG_IGN);
  readOptions(count, words);
  const bool isOurs = options.protocol == "secure-chat" || options.protocol == "secure-chat-ephemeral";
  protocol = isOurs ? secureChat(options.protocol != "secure-chat") : peerProtocol(options.protocol);
  if (protocol == nullptr) usage("no such protocol: " + options.protocol);
  payload.assign(std::max(options.size, 64), 'x');
  startTransport();
  const std::map<std::string, std::function<void()>> modes = {
      {"pairs", run}, {"fanout", run}, {"durable", run}, {"idle", holdIdle}, {"handshakes", countHandshakes}};
  if (!modes.count(options.mode)) usage("no such mode: " + options.mode);
  modes.at(options.mode)();
  _exit(0); // thousands of connections need not be ended one by one
}
