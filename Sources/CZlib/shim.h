// Makes next_in a pointer to const, as it should have been.
#define ZLIB_CONST
#include <zlib.h>
