// The peers: MQTT 3.1.1 (QoS 0 and 1), NATS and JetStream, IRC.
#include "loadgen.hpp"

#include <cstdlib>

namespace {

void u16(std::string &to, unsigned value) {
  to.push_back(char(value >> 8));
  to.push_back(char(value));
}

class Mqtt : public Protocol {
  int quality;

  static void length(std::string &to, size_t value) {
    do {
      unsigned char digit = value % 128;
      value /= 128;
      if (value > 0) digit |= 128;
      to.push_back((char)digit);
    } while (value > 0);
  }

  void put(Connection &c, const char *payload, size_t size, int qos) {
    c.unsent.push_back(qos > 0 ? 0x32 : 0x30);
    length(c.unsent, 2 + c.topic.size() + size + (qos > 0 ? 2 : 0));
    u16(c.unsent, c.topic.size());
    c.unsent += c.topic;
    if (qos > 0) u16(c.unsent, c.id = c.id % 65535 + 1);
    c.unsent.append(payload, size);
  }

public:
  explicit Mqtt(int qos) : quality(qos) {}

  void greet(Connection &c) override {
    std::string body;
    u16(body, 4);
    body += "MQTT";
    body.push_back(4);
    body.push_back(c.isPersistent ? 0 : 2);
    u16(body, 0);
    u16(body, c.name.size());
    body += c.name;
    c.unsent.push_back(0x10);
    length(c.unsent, body.size());
    c.unsent += body;
  }

  void subscribe(Connection &c) override {
    std::string body;
    u16(body, 1);
    u16(body, c.topic.size());
    body += c.topic;
    body.push_back((char)quality);
    c.unsent.push_back((char)0x82);
    length(c.unsent, body.size());
    c.unsent += body;
  }

  void publish(Connection &c, const char *payload, size_t size) override { put(c, payload, size, quality); }
  void publishDurably(Connection &c, const char *payload, size_t size) override { put(c, payload, size, 1); }
  bool needsOfflineReader() override { return true; }

  size_t read(Connection &c, const char *bytes, size_t size) override {
    const unsigned char *u = (const unsigned char *)bytes;
    size_t at = 0;
    while (size - at >= 2) {
      size_t long_ = 0, k = at + 1;
      int shift = 0;
      bool isWhole = false;
      while (k < size && k < at + 5) {
        long_ |= (size_t)(u[k] & 127) << shift;
        shift += 7;
        if ((u[k++] & 128) == 0) {
          isWhole = true;
          break;
        }
      }
      if (!isWhole || size - k < long_) break;
      switch (u[at] >> 4) {
      case 2: isReady(c); break;
      case 4: isAcknowledged(c, 1); break;
      case 9: isSubscribed(c); break;
      case 3: {
        size_t header = 2 + (u[k] << 8 | u[k + 1]);
        if ((u[at] >> 1 & 3) > 0) {
          const char answer[4] = {0x40, 2, bytes[k + header], bytes[k + header + 1]};
          c.unsent.append(answer, 4);
          c.isDirty = true;
          header += 2;
        }
        hasArrived(c, bytes + k + header, long_ - header);
      }
      }
      at = k + long_;
    }
    return at;
  }
};

class Nats : public Protocol {
  static void put(Connection &c, const std::string &subject, const std::string &answerTo, const char *payload,
                  size_t size) {
    c.unsent += "PUB " + subject + (answerTo.empty() ? "" : " " + answerTo) + " " + std::to_string(size) + "\r\n";
    c.unsent.append(payload, size);
    c.unsent += "\r\n";
  }

public:
  void greet(Connection &c) override {
    c.phase = 0;
    c.unsent += "CONNECT {\"verbose\":false,\"pedantic\":false,\"lang\":\"c\",\"version\":\"1\",\"protocol\":1,"
                "\"echo\":false}\r\nPING\r\n";
  }
  void subscribe(Connection &c) override { c.unsent += "SUB " + c.topic + " 1\r\nPING\r\n"; }
  void publish(Connection &c, const char *payload, size_t size) override { put(c, c.topic, "", payload, size); }
  void publishDurably(Connection &c, const char *payload, size_t size) override {
    put(c, c.topic, c.scratch, payload, size);
  }
  std::string topicOfPair(int pair) override { return "p." + std::to_string(pair); }
  std::string topicOfAll() override { return "all.t"; }
  bool hasBanner() override { return true; }

  void prepareDurable(Connection &c) override {
    c.scratch = "_INBOX." + std::to_string(c.index);
    c.unsent += "SUB " + c.scratch + " 9\r\n";
    if (c.index > 0) return;
    const std::string stream = "{\"name\":\"S\",\"subjects\":[\"p.>\"],\"storage\":\"file\",\"retention\":\"limits\","
                               "\"max_msgs\":-1,\"max_bytes\":-1,\"num_replicas\":1}";
    c.unsent += "SUB _SETUP 8\r\n";
    put(c, "$JS.API.STREAM.CREATE.S", "_SETUP", stream.data(), stream.size());
  }

  size_t read(Connection &c, const char *bytes, size_t size) override {
    size_t at = 0;
    while (at < size) {
      const char *line = bytes + at;
      const char *end = (const char *)memchr(line, '\n', size - at);
      if (end == nullptr) break;
      size_t long_ = end - line + 1;
      if (line[0] == 'M') { // MSG subject id [reply] size
        size_t digits = long_ - 2, payload = 0;
        while (line[digits - 1] >= '0' && line[digits - 1] <= '9') digits--;
        for (size_t i = digits; i < long_ - 2; i++) payload = payload * 10 + (line[i] - '0');
        if (size - at < long_ + payload + 2) break;
        const char *space = (const char *)memchr(line + 4, ' ', long_ - 4);
        const char id = space == nullptr ? '1' : space[1];
        const bool isError = id >= '8' && memmem(line + long_, payload, "\"error\"", 7) != nullptr;
        if (isError) hasFailed(c, std::string(line + long_, payload).c_str());
        else if (id == '9') isAcknowledged(c, 1);
        else if (id != '8') hasArrived(c, line + long_, payload);
        at += long_ + payload + 2;
        continue;
      }
      if (long_ >= 4 && memcmp(line, "PING", 4) == 0) {
        c.unsent += "PONG\r\n";
        c.isDirty = true;
      } else if (long_ >= 4 && memcmp(line, "PONG", 4) == 0) {
        if (c.phase++ == 0) isReady(c);
        else isSubscribed(c);
      } else if (line[0] == '-') hasFailed(c, std::string(line, long_).c_str());
      at += long_;
    }
    return at;
  }
};

class Irc : public Protocol {
public:
  void greet(Connection &c) override {
    c.phase = 0;
    c.unsent += "NICK " + c.name + "\r\nUSER " + c.name + " 0 * :x\r\n";
  }
  void subscribe(Connection &c) override { c.unsent += "JOIN " + c.topic + "\r\n"; }
  void publish(Connection &c, const char *payload, size_t size) override {
    c.unsent += "PRIVMSG " + c.topic + " :";
    c.unsent.append(payload, size);
    c.unsent += "\r\n";
  }
  std::string topicOfAll() override { return "#all"; }
  bool writerJoins() override { return options.mode == "fanout"; }
  bool isAddressedByName() override { return true; }
  bool needsSubscription() override { return false; }

  size_t read(Connection &c, const char *bytes, size_t size) override {
    size_t at = 0;
    while (at < size) {
      const char *line = bytes + at;
      const char *end = (const char *)memchr(line, '\n', size - at);
      if (end == nullptr) break;
      size_t long_ = end - line;
      if (long_ > 0 && line[long_ - 1] == '\r') long_--;
      take(c, line, long_);
      at += end - line + 1;
    }
    return at;
  }

private:
  static void take(Connection &c, const char *line, size_t size) {
    if (size >= 4 && memcmp(line, "PING", 4) == 0) {
      c.unsent += "PONG" + std::string(line + 4, size - 4) + "\r\n";
      c.isDirty = true;
      return;
    }
    if (size >= 5 && memcmp(line, "ERROR", 5) == 0) return hasFailed(c, std::string(line, size).c_str());
    const char *space = line[0] == ':' ? (const char *)memchr(line, ' ', size) : nullptr;
    if (space == nullptr) return;
    const char *word = space + 1;
    size_t rest = size - (word - line);
    auto is = [&](const char *text) { return rest > strlen(text) && memcmp(word, text, strlen(text)) == 0; };
    if (is("PRIVMSG ")) {
      const char *colon = (const char *)memmem(word, rest, " :", 2);
      if (colon != nullptr) hasArrived(c, colon + 2, line + size - (colon + 2));
    } else if (is("376 ") || is("422 ")) {
      if (c.phase++ == 0) isReady(c);
    } else if (is("366 ")) isSubscribed(c);
    else if (word[0] == '4') hasFailed(c, std::string(line, size).c_str());
  }
};

} // namespace

Protocol *peerProtocol(const std::string &name) {
  if (name == "mqtt0") return new Mqtt(0);
  if (name == "mqtt1") return new Mqtt(1);
  if (name == "nats" || name == "jetstream") return new Nats;
  if (name == "irc") return new Irc;
  return nullptr;
}
