#include "transport.hpp"

#include "measures.hpp"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

std::vector<Connection *> connections;
std::deque<Connection *> toOpen;
uint64_t receivedAt, lost, retries;
int opening;

static int queue;
static SSL_CTX *context;
static std::vector<Connection *> marked;
static char buffer[1 << 18];

static void fail(const char *what) {
  perror(what);
  exit(1);
}

void startTransport() {
  queue = epoll_create1(0);
  if (!options.isTls) return;
  context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  // Who the other side is does not matter here: all are on this machine.
  SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  const bool isBusy = options.mode != "idle" && options.mode != "handshakes";
  if (isBusy && options.count < 2000) SSL_CTX_set_read_ahead(context, 1);
  if (!options.groups.empty() && SSL_CTX_set1_groups_list(context, options.groups.c_str()) != 1) {
    fprintf(stderr, "OpenSSL here has no group %s\n", options.groups.c_str());
    exit(2);
  }
  if (options.plan.empty()) return;
  static const unsigned char name[] = "\x0dsecure-chat/1";
  SSL_CTX_set_alpn_protos(context, name, sizeof name - 1);
}

void mark(Connection &c) {
  if (c.isDirty) return;
  c.isDirty = true;
  marked.push_back(&c);
}

static void watch(Connection &c, bool writing) {
  if (c.wantsToWrite == writing) return;
  c.wantsToWrite = writing;
  epoll_event event{};
  event.events = EPOLLIN;
  if (writing) event.events |= EPOLLOUT;
  event.data.ptr = &c;
  epoll_ctl(queue, EPOLL_CTL_MOD, c.fd, &event);
}

void drop(Connection &c) {
  if (c.fd < 0) return;
  if (c.tls != nullptr) SSL_free(c.tls);
  c.tls = nullptr;
  close(c.fd);
  c.fd = -1;
  c.state = State::dead;
}

static void lose(Connection &c, const char *why) {
  if (c.fd < 0) return;
  if (c.hasReturned && c.state < State::ready) {
    // Whoever does not get back in tries again, as a client does.
    opening--;
    retries++;
    drop(c);
    toOpen.push_back(&c);
    return;
  }
  if (lost++ < 3) fprintf(stderr, "connection %d is lost: %s\n", c.index, why);
  if (c.state < State::ready) opening--;
  drop(c);
}

void hasFailed(Connection &c, const char *why) { lose(c, why); }

void flush(Connection &c) {
  if (c.fd < 0 || c.state < State::greeting) return;
  while (c.sentUpTo < c.unsent.size()) {
    const size_t left = c.unsent.size() - c.sentUpTo;
    const char *from = c.unsent.data() + c.sentUpTo;
    ssize_t sent;
    if (c.tls != nullptr) {
      sent = SSL_write(c.tls, from, (int)std::min<size_t>(left, 65536));
      const int error = sent > 0 ? SSL_ERROR_NONE : SSL_get_error(c.tls, (int)sent);
      if (error == SSL_ERROR_WANT_WRITE) return watch(c, true);
      if (error == SSL_ERROR_WANT_READ) return;
      if (error != SSL_ERROR_NONE) return lose(c, "while writing");
    } else {
      sent = send(c.fd, from, left, MSG_NOSIGNAL);
      if (sent < 0 && errno == EAGAIN) return watch(c, true);
      if (sent < 0) return lose(c, "while writing");
    }
    c.sentUpTo += sent;
  }
  c.unsent.clear();
  c.sentUpTo = 0;
  watch(c, false);
}

void flushMarked(void (*fill)(Connection &)) {
  for (size_t i = 0; i < marked.size(); i++) {
    Connection &c = *marked[i];
    c.isDirty = false;
    if (c.fd < 0) continue;
    if (fill != nullptr && c.writes) fill(c);
    flush(c);
  }
  marked.clear();
}

static void open(Connection &c) {
  static int address;
  c.openedAt = nowNanos();
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
  if (fd < 0) fail("socket (is the limit of open files high enough? see ulimit -n)");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (options.addresses > 1) {
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    sockaddr_in from{};
    from.sin_family = AF_INET;
    from.sin_addr.s_addr = htonl(0x7f000002u + address++ % options.addresses);
    if (bind(fd, (sockaddr *)&from, sizeof from) != 0) fail("bind");
  }
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(options.port);
  inet_pton(AF_INET, options.host.c_str(), &to.sin_addr);
  c.fd = fd;
  c.state = State::connecting;
  c.wantsToWrite = true;
  c.isSubscribed = false;
  c.unread.clear();
  c.unsent.clear();
  c.sentUpTo = 0;
  c.phase = 0;
  if (connect(fd, (sockaddr *)&to, sizeof to) != 0 && errno != EINPROGRESS)
    fail("connect (are there ports left? --addresses spreads them)");
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT;
  event.data.ptr = &c;
  epoll_ctl(queue, EPOLL_CTL_ADD, fd, &event);
  opening++;
}

void openSome() {
  while (opening < options.atOnce && !toOpen.empty()) {
    Connection *next = toOpen.front();
    toOpen.pop_front();
    open(*next);
  }
}

static void greet(Connection &c) {
  c.state = State::greeting;
  protocol->greet(c);
  flush(c);
}

static void shake(Connection &c) {
  if (c.tls == nullptr) {
    c.tls = SSL_new(context);
    SSL_set_fd(c.tls, c.fd);
    SSL_set_connect_state(c.tls);
    c.state = State::handshake;
  }
  const int done = SSL_do_handshake(c.tls);
  if (done == 1) {
    watch(c, false);
    return greet(c);
  }
  const int error = SSL_get_error(c.tls, done);
  if (error == SSL_ERROR_WANT_READ) return watch(c, false);
  if (error == SSL_ERROR_WANT_WRITE) return watch(c, true);
  ERR_print_errors_fp(stderr);
  lose(c, "in the TLS handshake");
}

static void readAll(Connection &c) {
  while (c.fd >= 0) {
    ssize_t size;
    if (c.tls != nullptr) {
      size = SSL_read(c.tls, buffer, sizeof buffer);
      const int error = size > 0 ? SSL_ERROR_NONE : SSL_get_error(c.tls, (int)size);
      if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return;
      if (error != SSL_ERROR_NONE) return lose(c, "the other side ended it");
    } else {
      size = recv(c.fd, buffer, sizeof buffer, 0);
      if (size < 0 && errno == EAGAIN) return;
      if (size <= 0) return lose(c, "the other side ended it");
    }
    receivedAt = nowNanos();
    if (c.unread.empty()) {
      const size_t taken = protocol->read(c, buffer, size);
      if (taken < (size_t)size) c.unread.assign(buffer + taken, size - taken);
    } else {
      c.unread.append(buffer, size);
      c.unread.erase(0, protocol->read(c, c.unread.data(), c.unread.size()));
    }
    if (c.isDirty) {
      c.isDirty = false;
      mark(c);
    }
    if (c.tls == nullptr && size < (ssize_t)sizeof buffer) return;
  }
}

static void readBanner(Connection &c) {
  const ssize_t size = recv(c.fd, buffer, 65536, 0);
  if (size < 0 && errno == EAGAIN) return;
  if (size <= 0) return lose(c, "before its banner");
  c.unread.append(buffer, size);
  if (c.unread.find('\n') == std::string::npos) return;
  c.unread.clear();
  shake(c);
}

static void take(Connection &c, uint32_t events) {
  switch (c.state) {
  case State::connecting: {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(c.fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return lose(c, strerror(error));
    if ((events & EPOLLOUT) == 0) return;
    watch(c, false);
    if (!options.isTls) return greet(c);
    if (!protocol->hasBanner()) return shake(c);
    c.state = State::banner;
    return;
  }
  case State::banner: return readBanner(c);
  case State::handshake: return shake(c);
  default:
    if (events & EPOLLOUT) flush(c);
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) readAll(c);
  }
}

void pollOnce(int64_t nanos) {
  static epoll_event events[1024];
  const timespec wait{nanos / 1000000000, nanos % 1000000000};
  const int count = epoll_pwait2(queue, events, 1024, &wait, nullptr);
  if (count < 0 && errno != EINTR) fail("epoll");
  for (int i = 0; i < count; i++) {
    Connection &c = *(Connection *)events[i].data.ptr;
    if (c.fd >= 0) take(c, events[i].events);
  }
}
