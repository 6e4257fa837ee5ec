// The group commit of the second floor: every body reaches the disk before its request is answered.
#pragma once
#include <fcgiapp.h>
#include <stddef.h>

// Opens the file, writes it full of zeros and starts the one thread that commits. `answer` is called there for each
// request whose body is safe. Returns 0, or -1 with errno.
int commit_start(const char *path, void (*answer)(FCGX_Request *));

// Puts a body into the next commit and parks its request. Returns at once, unless the buffer is full.
void commit(FCGX_Request *request, const char *body, size_t length);
