// Connections over epoll, with or without TLS 1.3: opened a few at a time, read as bytes come, written once a round.
#pragma once
#include "loadgen.hpp"

extern Protocol *protocol;
extern std::vector<Connection *> connections;
// Of the last bytes that came.
extern uint64_t receivedAt;
// Lost against our will; any makes the figures worthless.
extern uint64_t lost;
// Of those who came back in a storm.
extern uint64_t retries;
extern std::deque<Connection *> toOpen;
extern int opening;

void startTransport();
void openSome();
void pollOnce(int64_t nanos);
void mark(Connection &);
// `fill` adds what is to be sent by those who write.
void flushMarked(void (*fill)(Connection &));
void flush(Connection &);
void drop(Connection &);
