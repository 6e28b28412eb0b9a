/**
 * @file signaling/http/origin.c  Whose page a browser's request comes from
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "signaling/http/origin.h"

enum { HTTP_PORT = 80, HTTPS_PORT = 443 };

struct authority {
	const char *host;
	size_t len;
	unsigned port; /**< 0 = none is named */
};


/** host[:port] and nothing else */
static bool read_authority(struct authority *a, const char *text)
{
	static const char digits[] = "0123456789";
	size_t len =
		text[0] == '[' ? strcspn(text, "]") + 1 : strcspn(text, ":");
	const char *port = text + len;

	if (!len || len > strlen(text) || strpbrk(text, "/@?# \t"))
		return false;

	*a = (struct authority){.host = text, .len = len};
	if (!*port)
		return true;
	if (*port++ != ':' || !*port || strlen(port) > 5 ||
	    port[strspn(port, digits)])
		return false;
	a->port = (unsigned)strtoul(port, NULL, 10);

	return a->port && a->port <= UINT16_MAX;
}


static bool is_name(const struct authority *a, const char *name)
{
	return name && strlen(name) == a->len &&
	       !strncasecmp(a->host, name, a->len);
}


/** "192.0.2.1", "[2001:db8::1]": as browsers write them, and nothing else that
 *  begins like one */
static bool is_address(const struct authority *a)
{
	const bool bracketed = a->host[0] == '[';
	const size_t len = bracketed ? a->len - 2 : a->len;
	char text[INET6_ADDRSTRLEN];
	struct in6_addr in;

	if (len >= sizeof(text))
		return false;

	memcpy(text, a->host + bracketed, len);
	text[len] = '\0';

	return inet_pton(bracketed ? AF_INET6 : AF_INET, text, &in) == 1;
}


/** An address, which no name server can lead elsewhere, or a name of ours */
static bool has_own_name(const struct authority *a, const char *domain)
{
	return is_address(a) || is_name(a, "localhost") ||
	       (domain && *domain && is_name(a, domain));
}


bool origin_is_ours(const char *origin, const char *host, bool secure,
		    const char *domain)
{
	struct authority theirs, ours;
	bool https = !strncasecmp(origin, "https://", 8);

	if (!host || (!https && strncasecmp(origin, "http://", 7) != 0) ||
	    !read_authority(&theirs, origin + (https ? 8 : 7)) ||
	    !read_authority(&ours, host) || (secure && !https))
		return false;

	if (!https && !has_own_name(&ours, domain))
		return false;

	if (!theirs.port)
		theirs.port = https ? HTTPS_PORT : HTTP_PORT;
	if (!ours.port)
		ours.port = https ? HTTPS_PORT : HTTP_PORT;

	return theirs.port == ours.port && theirs.len == ours.len &&
	       !strncasecmp(theirs.host, ours.host, ours.len);
}
