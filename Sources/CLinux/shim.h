// Calls of Linux that Swift cannot make by itself, because they are variadic.
#pragma once

#include <sys/prctl.h>

// 0: no core dumps, and /proc/PID of this process belongs to root: https://man7.org/linux/man-pages/man2/PR_SET_DUMPABLE.2const.html
static inline int linux_set_dumpable(unsigned long value) { return prctl(PR_SET_DUMPABLE, value, 0UL, 0UL, 0UL); }
