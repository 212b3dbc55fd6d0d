// What the parts of the load generator share: a connection, what a protocol does with it, and what it reports.
#pragma once
#include <openssl/ssl.h>

#include <cstdint>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

struct Options {
  std::string protocol, mode, host = "127.0.0.1", plan, groups;
  std::vector<int> pids;
  int port = 0, count = 10, size = 200, window = 1, atOnce = 64, addresses = 1, storm = 0;
  // Messages a second, all together; 0 keeps `window` on their way instead.
  double rate = 0, warm = 1, seconds = 4, hold = 1, every = 0;
  bool isTls = false;
};
extern Options options;

enum class State : uint8_t { connecting, banner, handshake, greeting, ready, dead };

struct Connection {
  int fd = -1;
  SSL *tls = nullptr;
  State state = State::connecting;
  int index = 0;
  int peer = -1; // of a receiver: who writes to it
  bool writes = false, reads = false, isPersistent = false;
  bool wantsToWrite = false, isDirty = false, isSubscribed = false, hasReturned = false;
  std::string unread, unsent;
  size_t sentUpTo = 0;
  std::string name, topic, scratch;
  int phase = 0;
  uint32_t id = 0, handle = 0;
  uint64_t sent = 0, acknowledged = 0, received = 0, lastSeq = 0, lastStamp = 0;
  std::deque<uint64_t> waiting; // send times that await an acknowledgement
  uint64_t openedAt = 0;
};

// What a protocol tells of what it has read.
void isReady(Connection &);
void isSubscribed(Connection &);
void hasArrived(Connection &, const char *payload, size_t size); // begins with 16 hex digits: when it was sent
void isAcknowledged(Connection &, uint64_t count);
void hasFailed(Connection &, const char *why);

// The wire of one product. What is to be sent is added to `unsent`.
struct Protocol {
  virtual ~Protocol() = default;
  virtual void greet(Connection &) = 0;
  virtual void subscribe(Connection &) = 0;
  // Of a connection that only writes; most protocols need nothing.
  virtual void prepareToWrite(Connection &c) { isSubscribed(c); }
  virtual void publish(Connection &, const char *payload, size_t size) = 0;
  // Answered by `isAcknowledged`.
  virtual void publishDurably(Connection &c, const char *payload, size_t size) { publish(c, payload, size); }
  // How many bytes were taken.
  virtual size_t read(Connection &, const char *bytes, size_t size) = 0;
  virtual std::string topicOfPair(int pair) { return "pair/" + std::to_string(pair); }
  virtual std::string topicOfAll() { return "all/t"; }
  virtual bool isAddressedByName() { return false; }
  virtual bool writerJoins() { return false; }
  virtual bool hasBanner() { return false; } // a plain line comes before TLS
  virtual bool needsSubscription() { return true; }
  virtual bool needsOfflineReader() { return false; } // else nothing is kept for it
  virtual void prepareDurable(Connection &) {}
};

Protocol *peerProtocol(const std::string &name);
Protocol *secureChat(bool isEphemeral);
