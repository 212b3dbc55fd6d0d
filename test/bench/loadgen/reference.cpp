// The physical limit: forwarding and nothing else, in one thread over epoll. NATS's protocol, as far as the generator
// speaks it, so that the same load runs on it; what comes in one round leaves in one write for each connection.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <unordered_map>
#include <vector>

struct Client {
  int fd;
  std::string unread, unsent;
  bool isMarked = false, wantsToWrite = false;
  std::vector<std::string> topics;
};

static std::unordered_map<std::string, std::vector<Client *>> readers;
static std::vector<Client *> marked;
static int queue;

static void watch(Client *c, bool writing) {
  if (c->wantsToWrite == writing) return;
  c->wantsToWrite = writing;
  epoll_event event{};
  event.events = EPOLLIN;
  if (writing) event.events |= EPOLLOUT;
  event.data.ptr = c;
  epoll_ctl(queue, EPOLL_CTL_MOD, c->fd, &event);
}

static void flush(Client *c) {
  size_t at = 0;
  while (at < c->unsent.size()) {
    ssize_t sent = send(c->fd, c->unsent.data() + at, c->unsent.size() - at, MSG_NOSIGNAL);
    if (sent < 0) break;
    at += sent;
  }
  c->unsent.erase(0, at);
  watch(c, !c->unsent.empty());
}

static void put(Client *c, const char *bytes, size_t size) {
  c->unsent.append(bytes, size);
  if (c->isMarked) return;
  c->isMarked = true;
  marked.push_back(c);
}

static size_t parse(Client *c, const char *bytes, size_t size) {
  size_t at = 0;
  while (at < size) {
    const char *line = bytes + at, *end = (const char *)memchr(line, '\n', size - at);
    if (end == nullptr) break;
    const size_t length = end - line + 1;
    if (memcmp(line, "PUB ", 4) == 0) {
      const char *space = (const char *)memchr(line + 4, ' ', length - 4);
      const size_t payload = strtoul(space + 1, nullptr, 10);
      if (size - at < length + payload + 2) break;
      const std::string topic(line + 4, space - line - 4);
      const std::string head = "MSG " + topic + " 1 " + std::to_string(payload) + "\r\n";
      for (Client *reader : readers[topic]) {
        put(reader, head.data(), head.size());
        put(reader, end + 1, payload + 2);
      }
      at += length + payload + 2;
      continue;
    }
    if (memcmp(line, "PING", 4) == 0) put(c, "PONG\r\n", 6);
    if (memcmp(line, "SUB ", 4) == 0) {
      const char *space = (const char *)memchr(line + 4, ' ', length - 4);
      c->topics.emplace_back(line + 4, space - line - 4);
      readers[c->topics.back()].push_back(c);
    }
    at += length;
  }
  return at;
}

static void forget(Client *c) {
  for (auto &topic : c->topics) {
    auto &all = readers[topic];
    all.erase(std::remove(all.begin(), all.end(), c), all.end());
  }
  marked.erase(std::remove(marked.begin(), marked.end(), c), marked.end());
  close(c->fd);
  delete c;
}

int main() {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(atoi(getenv("PORT")));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, (sockaddr *)&address, sizeof address) != 0 || listen(listener, 4096) != 0) {
    perror("listen");
    return 1;
  }
  queue = epoll_create1(0);
  epoll_event event{};
  event.events = EPOLLIN;
  epoll_ctl(queue, EPOLL_CTL_ADD, listener, &event);
  static char buffer[1 << 16];
  static epoll_event events[512];
  for (;;) {
    const int count = epoll_wait(queue, events, 512, -1);
    for (int i = 0; i < count; i++) {
      Client *c = (Client *)events[i].data.ptr;
      if (c == nullptr) {
        for (int fd; (fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
          setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
          Client *fresh = new Client{fd, {}, {}, false, false, {}};
          epoll_event each{};
          each.events = EPOLLIN;
          each.data.ptr = fresh;
          epoll_ctl(queue, EPOLL_CTL_ADD, fd, &each);
        }
        continue;
      }
      if (events[i].events & EPOLLOUT) flush(c);
      if ((events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0) continue;
      const ssize_t size = recv(c->fd, buffer, sizeof buffer, 0);
      if (size < 0 && errno == EAGAIN) continue;
      if (size <= 0) {
        forget(c);
        continue;
      }
      c->unread.append(buffer, size);
      c->unread.erase(0, parse(c, c->unread.data(), c->unread.size()));
    }
    for (Client *c : marked) {
      c->isMarked = false;
      flush(c);
    }
    marked.clear();
  }
}
