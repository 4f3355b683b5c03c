/* What `translate-c` reads: the C SDK, and in tests its harness. */
#include <liveside.h>
#ifdef LIVESIDE_TESTING
#include <liveside_testing.h>
#endif
