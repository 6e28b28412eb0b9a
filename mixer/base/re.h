/**
 * @file base/re.h  The only place that includes libre
 *
 * libre 1.1's headers need standard headers before them, and its pkg-config
 * file lacks the HAVE_* definitions that the library was built with (they
 * stand in CMakeLists.txt). What differs between libre 1.1 and 2.0 is
 * bridged here and nowhere else.
 */
#ifndef PARLEY_BASE_RE_H
#define PARLEY_BASE_RE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <inttypes.h>
#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <re.h>

#endif
