// Clocks, processor time and memory of other processes, and a histogram of latencies.
#pragma once
#include <dirent.h>
#include <sys/resource.h>
#include <time.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

inline uint64_t nowNanos() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ull + t.tv_nsec;
}

// Nanoseconds on a processor, of all threads of all processes.
inline double processorTime(const std::vector<int> &pids) {
  double sum = 0;
  for (int pid : pids) {
    std::string folder = "/proc/" + std::to_string(pid) + "/task";
    DIR *tasks = opendir(folder.c_str());
    if (tasks == nullptr) continue;
    while (dirent *task = readdir(tasks)) {
      if (task->d_name[0] == '.') continue;
      FILE *file = fopen((folder + "/" + task->d_name + "/schedstat").c_str(), "r");
      if (file == nullptr) continue;
      double ran = 0;
      if (fscanf(file, "%lf", &ran) == 1) sum += ran;
      fclose(file);
    }
    closedir(tasks);
  }
  return sum;
}

struct Writes {
  double calls = 0, bytes = 0; // of write, of the sockets as well; bytes: what went to disks
};

inline Writes writesOf(const std::vector<int> &pids) {
  Writes sum;
  for (int pid : pids) {
    FILE *file = fopen(("/proc/" + std::to_string(pid) + "/io").c_str(), "r");
    if (file == nullptr) continue;
    char line[256];
    double value;
    while (fgets(line, sizeof line, file) != nullptr) {
      if (sscanf(line, "syscw: %lf", &value) == 1) sum.calls += value;
      if (sscanf(line, "write_bytes: %lf", &value) == 1) sum.bytes += value;
    }
    fclose(file);
  }
  return sum;
}

inline double residentKib(const std::vector<int> &pids) {
  double sum = 0;
  for (int pid : pids) {
    FILE *file = fopen(("/proc/" + std::to_string(pid) + "/status").c_str(), "r");
    if (file == nullptr) continue;
    char line[512];
    double kib;
    while (fgets(line, sizeof line, file) != nullptr)
      if (sscanf(line, "VmRSS: %lf", &kib) == 1) sum += kib;
    fclose(file);
  }
  return sum;
}

inline double ownTime() {
  rusage used;
  getrusage(RUSAGE_SELF, &used);
  auto nanos = [](const timeval &t) { return t.tv_sec * 1e9 + t.tv_usec * 1e3; };
  return nanos(used.ru_utime) + nanos(used.ru_stime);
}

// 64 steps to an octave: values are right to 1.6 %.
class Histogram {
  static constexpr int STEPS = 64;
  uint64_t counts[64 * STEPS] = {};
  uint64_t total = 0;

public:
  void clear() { *this = Histogram(); }

  void add(uint64_t value) {
    total++;
    if (value < STEPS) {
      counts[value]++;
      return;
    }
    int octave = 63 - __builtin_clzll(value);
    counts[(octave - 5) * STEPS + ((value >> (octave - 6)) & (STEPS - 1))]++;
  }

  double quantile(double share) const {
    uint64_t wanted = (uint64_t)(share * total), seen = 0;
    if (total == 0) return 0;
    for (int i = 0; i < 64 * STEPS; i++) {
      seen += counts[i];
      if (seen <= wanted) continue;
      if (i < STEPS) return i;
      return (double)((64ull + (i & (STEPS - 1))) << (i / STEPS - 1));
    }
    return 0;
  }
};
