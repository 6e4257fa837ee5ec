// The library of libFuzzer that leaves `main` to us comes with Swift's clang, without a header.
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));
