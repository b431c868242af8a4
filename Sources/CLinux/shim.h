// Calls of Linux that Swift does not know by itself: variadic ones, glibc's own, and the descriptors that tell of events.
#pragma once

#include <link.h>
#include <malloc.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

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

// Bytes that are in use of what the allocator has; 0 where it does not say: https://man7.org/linux/man-pages/man3/mallinfo.3.html
static inline long linux_used_heap(void) {
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
  struct mallinfo2 info = mallinfo2();
  return (long)(info.uordblks + info.hblkhd);
#else
  return 0;
#endif
}

// The program or one of its libraries: the first fields of what dl_iterate_phdr tells, which glibc's headers show only where all
// of its extensions are asked for: https://man7.org/linux/man-pages/man3/dl_iterate_phdr.3.html
struct linux_object {
  ElfW(Addr) base;
  const char *name;
  const ElfW(Phdr) *segments;
  ElfW(Half) count;
};
extern int linux_each_object(int (*body)(struct linux_object *, size_t, void *), void *context) __asm__("dl_iterate_phdr");

// Memory from one address up to another.
struct linux_range {
  unsigned long start;
  unsigned long end;
};

// Some ranges.
struct linux_ranges {
  const struct linux_range *first;
  size_t count;
};

// Drops the pages of an object's segments that can only be read, as far as they lie in one of the ranges: whole pages, for the
// rest of the last one may be another segment's.
static inline int linux_drop_segments(struct linux_object *object, size_t size, void *ranges) {
  const struct linux_ranges *clean = (const struct linux_ranges *)ranges;
  unsigned long page = (unsigned long)sysconf(_SC_PAGESIZE);
  for (size_t i = 0; i < object->count; i++) {
    const ElfW(Phdr) *segment = &object->segments[i];
    if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W)) continue;
    unsigned long start = (object->base + segment->p_vaddr + page - 1) & ~(page - 1);
    unsigned long end = (object->base + segment->p_vaddr + segment->p_filesz) & ~(page - 1);
    for (size_t j = 0; start < end && j < clean->count; j++) {
      if (clean->first[j].start <= start && end <= clean->first[j].end) madvise((void *)start, end - start, MADV_DONTNEED);
    }
  }
  return 0;
}

// Drops those pages of the program and of its libraries, none of which can be unloaded meanwhile.
static inline void linux_drop_code(const struct linux_range *clean, size_t count) {
  struct linux_ranges ranges = {clean, count};
  linux_each_object(linux_drop_segments, &ranges);
}
