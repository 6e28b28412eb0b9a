/**
 * @file focus/config/config_turn.c  TURN servers that browsers may use
 */
#include <arpa/inet.h>
#include <errno.h>
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


bool config_turn_uri_needs_name(const char *text)
{
	struct in_addr in;
	char host[INET_ADDRSTRLEN];
	size_t len;

	if (strncmp(text, "turns:", 6) != 0)
		return false;

	text += 6;
	if (*text == '[')
		return true;

	len = strspn(text, host_chars);
	if (len >= sizeof(host))
		return false;

	memcpy(host, text, len);
	host[len] = '\0';

	return inet_pton(AF_INET, host, &in) == 1;
}


static int config_turn_refuse(const char **key, const char *name, char *why,
			      size_t size, const char *words)
{
	*key = name;
	(void)snprintf(why, size, "%s", words);

	return EINVAL;
}


static int read_file(struct config *c, const char **key, char *why,
		     size_t size)
{
	static const char name[] = "turn_secret_file";
	int err;

	if (*c->turn_secret)
		return config_turn_refuse(key, name, why, size,
					  "stands beside turn_secret: one of "
					  "them is enough");

	c->turn_secret = mem_deref(c->turn_secret);
	err = config_secret_read(&c->turn_secret, c->turn_secret_file);
	if (err)
		(void)str_dup(&c->turn_secret, "");
	switch (err) {

	case ENOENT:
		return config_turn_refuse(key, name, why, size,
					  "cannot be read");
	case EMSGSIZE:
		return config_turn_refuse(key, name, why, size,
					  "its first line is empty or too "
					  "long");
	default: return err;
	}
}


int config_turn_settle(struct config *c, const char **key, char *why,
		       size_t size)
{
	int err;

	if (*c->turn_secret_file) {
		err = read_file(c, key, why, size);
		if (err)
			return err;
	}

	if (c->turn_uri_count && !*c->turn_secret)
		return config_turn_refuse(key, "turn_uri", why, size,
					  "needs turn_secret or "
					  "turn_secret_file");
	if (!c->turn_uri_count && *c->turn_secret)
		return config_turn_refuse(key,
					  *c->turn_secret_file
						  ? "turn_secret_file"
						  : "turn_secret",
					  why, size, "needs turn_uri");

	return 0;
}
