/**
 * @file focus/config/config_turn.c  TURN servers that browsers may use
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "focus/config/config.h"
#include "focus/config/config_secret.h"
#include "focus/config/config_turn.h"


static const char digits[] = "0123456789";
static const char host_chars[] = "abcdefghijklmnopqrstuvwxyz"
				 "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "0123456789.-";


/** @return what follows the host; NULL: there is none */
static const char *skip_host(const char *text)
{
	char address[INET6_ADDRSTRLEN];
	struct in6_addr in;
	size_t len;

	if (*text != '[') {
		len = strspn(text, host_chars);
		return len ? text + len : NULL;
	}

	len = strcspn(++text, "]");
	if (!text[len] || len >= sizeof(address))
		return NULL;
	memcpy(address, text, len);
	address[len] = '\0';

	return inet_pton(AF_INET6, address, &in) == 1 ? text + len + 1 : NULL;
}


/** @return what follows the port, if there is one; NULL: it is none */
static const char *skip_port(const char *text)
{
	size_t len;
	long port;

	if (*text != ':')
		return text;
	len = strspn(++text, digits);
	if (!len || len > 5)
		return NULL;
	port = strtol(text, NULL, 10);

	return port > 0 && port <= UINT16_MAX ? text + len : NULL;
}


bool config_turn_uri_is_good(const char *text)
{
	const bool tls = !strncmp(text, "turns:", 6);

	if (!tls && strncmp(text, "turn:", 5) != 0)
		return false;

	text = skip_host(text + (tls ? 6 : 5));
	if (text)
		text = skip_port(text);

	return text && (!*text || !strcmp(text, "?transport=tcp") ||
			(!tls && !strcmp(text, "?transport=udp")));
}


__attribute__((format(printf, 3, 4))) static int
config_turn_refuse(char *why, size_t size, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, size, fmt, ap);
	va_end(ap);

	return EINVAL;
}


int config_turn_settle(struct config *c, char *why, size_t size)
{
	int err = 0;

	if (*c->turn_secret && *c->turn_secret_file)
		return config_turn_refuse(
			why, size,
			"turn_secret and turn_secret_file: one of "
			"them is enough");

	if (*c->turn_secret_file) {
		c->turn_secret = mem_deref(c->turn_secret);
		err = config_secret_read(&c->turn_secret, c->turn_secret_file);
	}
	if (err == ENOENT)
		return config_turn_refuse(
			why, size, "turn_secret_file: %.200s cannot be read",
			c->turn_secret_file);
	if (err == EMSGSIZE)
		return config_turn_refuse(
			why, size,
			"turn_secret_file: the first line of %.200s is empty "
			"or too long",
			c->turn_secret_file);
	if (err)
		return err;

	if (!c->turn_uri_count != !*c->turn_secret)
		return config_turn_refuse(
			why, size, "turn_uri and turn_secret go together");

	return 0;
}
