#pragma once

#include <cstdio>
#include <cstdlib>

// A check that stays on in release, for bugs only: what can go wrong in use is a Result. The
// message is the condition's text and never a value, since values are content.
#define SACOCHE_CHECK(condition)                                                           \
  do {                                                                                     \
    if (!(condition)) {                                                                    \
      std::fprintf(stderr, "sacoche: broken invariant at %s:%d: %s\n", __FILE__, __LINE__, \
                   #condition);                                                            \
      std::abort();                                                                        \
    }                                                                                      \
  } while (false)
