// Calls of Linux that Swift does not know by itself: variadic ones, glibc's own, and the descriptors that tell of events.
#pragma once

#include <malloc.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>

// 0: no core dumps, and /proc/PID of this process belongs to root: https://man7.org/linux/man-pages/man2/PR_SET_DUMPABLE.2const.html
static inline int linux_set_dumpable(unsigned long value) { return prctl(PR_SET_DUMPABLE, value, 0UL, 0UL, 0UL); }

// How many heaps malloc may make for threads; glibc's own: https://man7.org/linux/man-pages/man3/mallopt.3.html
static inline void linux_limit_heaps(int count) {
#ifdef __GLIBC__
  mallopt(M_ARENA_MAX, count);
#endif
}

// Gives memory that is free back to the system; glibc's own.
static inline void linux_trim_heap(void) {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

// Bytes that the allocator holds free, given back or not; 0 where it does not say: https://man7.org/linux/man-pages/man3/mallinfo.3.html
static inline long linux_free_heap(void) {
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
  return (long)mallinfo2().fordblks;
#else
  return 0;
#endif
}
