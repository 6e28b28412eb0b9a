/**
 * @file mixer/base/re.h  The only place that includes libre
 *
 * libre 1.1's headers need standard headers before them, and its pkg-config
 * file lacks the HAVE_* definitions that the library was built with (they
 * stand in CMakeLists.txt). What we call is the same in libre 1.1 and 2.0 but
 * for what is below; how messages get into its SIP stack is
 * signaling/transport/libre_seam.h's.
 */
#ifndef PARLEY_MIXER_BASE_RE_H
#define PARLEY_MIXER_BASE_RE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <inttypes.h>
#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>

/* libre's JSON type names collide with jansson's, which is what we use. */
#define JSON_STRING RE_JSON_STRING
#define JSON_INT    RE_JSON_INT
#define JSON_DOUBLE RE_JSON_DOUBLE
#define JSON_BOOL   RE_JSON_BOOL
#define JSON_NULL   RE_JSON_NULL
#include <re.h>
#undef JSON_STRING
#undef JSON_INT
#undef JSON_DOUBLE
#undef JSON_BOOL
#undef JSON_NULL

/* libre 2.0's tls_set_verify_server() does it as well */
#ifdef RE_TELLS_SERVER
static inline int tls_set_servername(struct tls_conn *tc, const char *name)
{
	(void)tc;
	(void)name;

	return 0;
}
#endif

#endif
