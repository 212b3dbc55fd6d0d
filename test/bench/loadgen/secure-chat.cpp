// Our own wire. The frames are made beforehand, by the product's own encoder, and lie in a plan (`plan.ts`): here
// only what belongs to one connection is filled in: the signature of its hello, and handles.
#include "loadgen.hpp"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <cstdio>
#include <cstdlib>

namespace {

constexpr size_t HEADER = 4, SIGNATURE = 64, EXPORTER = 32;
constexpr size_t ENTRY_FIELDS = 29; // type 1, handle 4, seq 8, time 8, position 8
constexpr size_t NONCE_AT = 33, NONCE = 24; // behind kind and blob hash

struct Device {
  std::string seed, hello, before, after, registration;
};
struct Channel {
  std::string open, follow, write;
};

struct Plan {
  std::vector<Device> devices;
  std::vector<Channel> channels;
  uint8_t registerFirst, ready, opened, entry, accepted, ephemeral, ping, pong;

  explicit Plan(const std::string &path) {
    FILE *file = fopen(path.c_str(), "rb");
    if (file == nullptr) fail(path.c_str());
    char piece[65536];
    size_t read;
    while ((read = fread(piece, 1, sizeof piece, file)) > 0) all.append(piece, read);
    fclose(file);
    for (uint8_t *type : {&registerFirst, &ready, &opened, &entry, &accepted, &ephemeral, &ping, &pong})
      *type = (uint8_t)number();
    devices.resize(number());
    channels.resize(number());
    for (auto &[seed, hello, before, after, registration] : devices)
      for (std::string *part : {&seed, &hello, &before, &after, &registration}) *part = bytes();
    for (auto &[open, follow, write] : channels)
      for (std::string *part : {&open, &follow, &write}) *part = bytes();
    all.clear();
  }

private:
  std::string all;
  size_t at = 0;

  static void fail(const char *what) {
    fprintf(stderr, "no plan: %s\n", what);
    exit(2);
  }
  uint32_t number() {
    if (all.size() - at < 4) fail("it ends early");
    const unsigned char *u = (const unsigned char *)all.data() + at;
    at += 4;
    return u[0] << 24 | u[1] << 16 | u[2] << 8 | u[3];
  }
  std::string bytes() {
    size_t size = number();
    if (all.size() - at < size) fail("it ends early");
    at += size;
    return all.substr(at - size, size);
  }
};

void put32(char *to, uint32_t value) {
  for (int i = 0; i < 4; i++) to[i] = char(value >> (24 - 8 * i));
}
uint32_t get32(const char *from) {
  const unsigned char *u = (const unsigned char *)from;
  return (uint32_t)u[0] << 24 | u[1] << 16 | u[2] << 8 | u[3];
}
uint64_t get64(const char *from) { return (uint64_t)get32(from) << 32 | get32(from + 4); }

class SecureChat : public Protocol {
  Plan plan;
  bool isEphemeral;

  const Device &deviceOf(const Connection &c) {
    if ((size_t)c.index >= plan.devices.size()) hasFailed(const_cast<Connection &>(c), "the plan has too few devices");
    return plan.devices[c.index];
  }
  const Channel &channelOf(const Connection &c) {
    size_t channel = strtoul(c.topic.c_str(), nullptr, 10);
    if (channel >= plan.channels.size())
      hasFailed(const_cast<Connection &>(c), "the plan has too few channels");
    return plan.channels[channel];
  }

  static std::string signedBy(const std::string &seed, const std::string &message) {
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, (const unsigned char *)seed.data(), seed.size());
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char signature[SIGNATURE];
    size_t size = sizeof signature;
    EVP_DigestSignInit(context, nullptr, nullptr, nullptr, key);
    EVP_DigestSign(context, signature, &size, (const unsigned char *)message.data(), message.size());
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return std::string((char *)signature, size);
  }

  // Frames of which each begins with its type and the handle.
  static void putFrames(Connection &c, const std::string &frames) {
    size_t from = c.unsent.size();
    c.unsent += frames;
    for (size_t at = from; at < c.unsent.size(); at += HEADER + get32(&c.unsent[at]))
      put32(&c.unsent[at + HEADER + 1], c.handle);
    c.isDirty = true;
  }

public:
  SecureChat(const std::string &path, bool ephemeral) : plan(path), isEphemeral(ephemeral) {}

  void greet(Connection &c) override {
    const Device &device = deviceOf(c);
    static const char label[] = "EXPORTER-secure-chat-v1";
    unsigned char exporter[EXPORTER];
    SSL_export_keying_material(c.tls, exporter, sizeof exporter, label, strlen(label), nullptr, 0, 0);
    std::string message = device.before + std::string((char *)exporter, sizeof exporter) + device.after;
    c.unsent += device.hello;
    c.unsent.replace(c.unsent.size() - SIGNATURE, SIGNATURE, signedBy(device.seed, message));
  }

  void subscribe(Connection &c) override { c.unsent += channelOf(c).open; }
  void prepareToWrite(Connection &c) override { subscribe(c); }
  std::string topicOfPair(int pair) override { return std::to_string(pair); }
  std::string topicOfAll() override { return "0"; }
  bool writerJoins() override { return true; }

  void publish(Connection &c, const char *payload, size_t size) override {
    const size_t fields = isEphemeral ? 5 : ENTRY_FIELDS;
    const size_t at = c.unsent.size();
    c.unsent.append(HEADER + fields, '\0');
    put32(&c.unsent[at], fields + size);
    c.unsent[at + HEADER] = (char)(isEphemeral ? plan.ephemeral : plan.entry);
    put32(&c.unsent[at + HEADER + 1], c.handle);
    if (isEphemeral) {
      c.unsent.append(payload, size);
      return;
    }
    // A message: no blob; the nonce holds when it was sent and its number, so that no two are the same.
    const size_t entry = c.unsent.size();
    c.unsent.append(size, 'x');
    c.unsent[entry] = 1;
    memset(&c.unsent[entry + 1], 0, 32);
    memcpy(&c.unsent[entry + NONCE_AT], payload, 16);
    put32(&c.unsent[entry + NONCE_AT + 16], (uint32_t)c.sent);
    put32(&c.unsent[entry + NONCE_AT + 20], (uint32_t)c.index);
  }

  size_t read(Connection &c, const char *bytes, size_t size) override {
    size_t at = 0;
    while (size - at > HEADER) {
      const size_t long_ = get32(bytes + at);
      if (size - at < HEADER + long_) break;
      take(c, bytes + at + HEADER, long_);
      at += HEADER + long_;
    }
    return at;
  }

private:
  void take(Connection &c, const char *body, size_t size) {
    const uint8_t type = (uint8_t)body[0];
    if (type == plan.entry) {
      const uint64_t seq = get64(body + 5);
      // Whoever comes back is sent the log from its beginning.
      if (seq <= c.lastSeq) return;
      if (seq != c.lastSeq + 1) hasFailed(c, "an entry is missing");
      c.lastSeq = seq;
      if (c.reads && body[ENTRY_FIELDS] == 1)
        hasArrived(c, body + ENTRY_FIELDS + NONCE_AT, size - ENTRY_FIELDS - NONCE_AT);
    } else if (type == plan.ephemeral) hasArrived(c, body + 5, size - 5);
    else if (type == plan.accepted) {
      // The first one is of the handshake that opens the log.
      if (c.writes && !c.isSubscribed) isSubscribed(c);
      else isAcknowledged(c, 1);
    } else if (type == plan.ready) isReady(c);
    else if (type == plan.registerFirst) {
      c.unsent += deviceOf(c).registration;
      c.isDirty = true;
    } else if (type == plan.opened) {
      c.handle = get32(body + 5);
      const Channel &channel = channelOf(c);
      putFrames(c, channel.follow);
      if (c.writes) putFrames(c, channel.write);
      else isSubscribed(c);
    } else if (type == plan.ping) {
      const size_t from = c.unsent.size();
      c.unsent.append(HEADER, '\0');
      put32(&c.unsent[from], size);
      c.unsent.append(body, size);
      c.unsent[from + HEADER] = (char)plan.pong;
      c.isDirty = true;
    } else if (type == 66 || type == 70 || type == 72) {
      hasFailed(c, ("the relay said " + std::to_string(type) + ", code " + std::to_string((uint8_t)body[size - 1]) + " " + std::to_string((uint8_t)body[6])).c_str());
    }
  }
};

} // namespace

Protocol *secureChat(bool isEphemeral) { return new SecureChat(options.plan, isEphemeral); }
