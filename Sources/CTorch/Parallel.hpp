// Work shared out over the threads that libtorch itself uses.
//
// at::parallel_for runs on one thread in a file that is not compiled with OpenMP, and clang's OpenMP
// is another runtime than the libgomp that libtorch brings: its threads would compete. So this calls
// libgomp as GCC's own code does, and the kernels share one team with libtorch.
#pragma once

#include <ATen/Parallel.h>
#include <dlfcn.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <type_traits>

namespace delineate {

// libgomp's entry points, looked up by name: every wheel of libtorch brings it under another file name.
struct Team {
  void (*parallel)(void (*body)(void *), void *data, unsigned threads, unsigned flags);
  int (*size)();
  int (*self)();
  int (*is_inside)();

  bool is_there() const { return parallel && size && self && is_inside; }

  static const Team &shared() {
    static const Team team = [] {
      Team found{};
      const auto find = [](auto &function, const char *name) {
        function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(
            dlsym(RTLD_DEFAULT, name));
      };
      find(found.parallel, "GOMP_parallel");
      find(found.size, "omp_get_num_threads");
      find(found.self, "omp_get_thread_num");
      find(found.is_inside, "omp_in_parallel");
      return found;
    }();
    return team;
  }
};

// Calls body(first, last) for ranges that cover [begin, end), each of at least `grain`, at once. The
// first exception of a range is thrown again here.
template <typename Body>
void parallel_for(int64_t begin, int64_t end, int64_t grain, const Body &body) {
  const int64_t count = end - begin;
  if (count <= 0) return;
  const int64_t ranges = (count + grain - 1) / grain;
  const int64_t threads = std::min<int64_t>(at::get_num_threads(), ranges);
  const Team &team = Team::shared();
  if (threads <= 1 || !team.is_there() || team.is_inside()) {
    body(begin, end);
    return;
  }
  struct Work {
    const Body &body;
    int64_t begin, end;
    std::atomic<bool> has_failed{false};
    std::exception_ptr failure;
  } work{body, begin, end};
  const auto run = [](void *data) {
    auto &work = *static_cast<Work *>(data);
    const int64_t size = Team::shared().size(), self = Team::shared().self();
    const int64_t count = work.end - work.begin;
    const int64_t first = work.begin + count * self / size;
    const int64_t last = work.begin + count * (self + 1) / size;
    try {
      if (first < last) work.body(first, last);
    } catch (...) {
      if (!work.has_failed.exchange(true)) work.failure = std::current_exception();
    }
  };
  team.parallel(run, &work, static_cast<unsigned>(threads), 0);
  if (work.failure) std::rethrow_exception(work.failure);
}

}  // namespace delineate
