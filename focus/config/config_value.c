/**
 * @file focus/config/config_value.c  Text to value
 */
#include <errno.h>
#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "focus/config/config_account.h"
#include "focus/config/config_turn.h"
#include "focus/config/config_value.h"


enum {
	/** A canvas's sides: what the video engine can compose */
	SIDE_MIN = 64,
	SIDE_MAX = 4096,
	SIDE_STEP = 8,
	/** Fewest RTP ports that make sense: RTP and RTCP for one leg */
	RTP_PORTS_MIN = 4,
};


static void *field(struct config *c, size_t offset)
{
	return (char *)c + offset;
}


__attribute__((format(printf, 3, 4))) static int
config_value_refuse(char *why, size_t size, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, size, fmt, ap);
	va_end(ap);

	return EINVAL;
}


static int set_text(struct config *c, const struct config_row *row,
		    const char *text)
{
	char **str = field(c, row->offset);
	char *dup;
	int err;

	err = str_dup(&dup, text);
	if (err)
		return err;

	mem_deref(*str);
	*str = dup;

	return 0;
}


/** Decimal digits only, no sign, no surprise at the end */
static bool number(const char *text, unsigned long *value, const char **end)
{
	char *stop;

	if (*text < '0' || *text > '9')
		return false;

	errno = 0;
	*value = strtoul(text, &stop, 10);
	*end = stop;

	return !errno;
}


static int set_number(struct config *c, const struct config_row *row,
		      const char *text, char *why, size_t size)
{
	unsigned long value;
	const char *end;

	if (!number(text, &value, &end) || *end || value < row->min ||
	    value > row->max)
		return config_value_refuse(why, size,
					   "is not a number from %u to %u",
					   row->min, row->max);

	if (row->type == CONFIG_PORT)
		*(uint16_t *)field(c, row->offset) = (uint16_t)value;
	else
		*(unsigned *)field(c, row->offset) = (unsigned)value;

	return 0;
}


static int set_port_range(struct config *c, const struct config_row *row,
			  const char *text, char *why, size_t size)
{
	unsigned long min, max;
	const char *end;

	if (!number(text, &min, &end) || *end != '-' ||
	    !number(end + 1, &max, &end) || *end || min < row->min ||
	    max > row->max || min > max || max - min + 1 < RTP_PORTS_MIN)
		return config_value_refuse(
			why, size,
			"is not MIN-MAX, at least %d ports from %u "
			"to %u",
			RTP_PORTS_MIN, row->min, row->max);

	*(uint16_t *)field(c, row->offset) = (uint16_t)min;
	*(uint16_t *)field(c, row->offset2) = (uint16_t)max;

	return 0;
}


static int set_size(struct config *c, const struct config_row *row,
		    const char *text, char *why, size_t size)
{
	unsigned long w, h;
	const char *end;

	if (!number(text, &w, &end) || *end != 'x' ||
	    !number(end + 1, &h, &end) || *end || w < SIDE_MIN ||
	    w > SIDE_MAX || h < SIDE_MIN || h > SIDE_MAX || w % SIDE_STEP ||
	    h % SIDE_STEP)
		return config_value_refuse(
			why, size,
			"is not WIDTHxHEIGHT, each from %d to %d and a "
			"multiple of %d",
			SIDE_MIN, SIDE_MAX, SIDE_STEP);

	*(unsigned *)field(c, row->offset) = (unsigned)w;
	*(unsigned *)field(c, row->offset2) = (unsigned)h;

	return 0;
}


static int parse_host(struct sa *sa, const char *text, bool any, char *why,
		      size_t size)
{
	if (sa_set_str(sa, text, 0) || (!any && sa_is_any(sa)))
		return config_value_refuse(
			why, size, "is not an IP address of this host");

	return 0;
}


/** Digits alone follow the address: libre takes more */
static bool has_port(const char *text)
{
	const char *colon = strrchr(text, ':');
	unsigned long port;
	const char *end;

	return colon && colon > text && colon[-1] != ':' &&
	       number(colon + 1, &port, &end) && !*end && port <= UINT16_MAX;
}


static int parse_listen(struct sa *sa, enum config_type type, const char *text,
			char *why, size_t size)
{
	if (strlen(text) > 60 || !has_port(text) ||
	    sa_decode(sa, text, strlen(text)))
		return config_value_refuse(
			why, size,
			"is not ADDRESS:PORT, like 0.0.0.0:5060 or "
			"[::]:5060");

	if (type == CONFIG_LOOPBACK && !sa_is_loopback(sa))
		return config_value_refuse(
			why, size,
			"is not a loopback address: without TLS only "
			"this host is served");

	return 0;
}


/** What stands behind '/': what a NAT makes of the address before it */
static int parse_advertised(struct sa *sa, const struct sa *local,
			    enum config_type type, const char *text, char *why,
			    size_t size)
{
	const size_t len = strlen(text);
	struct pl host = {text, len};
	int err;

	if (*text == '[' && text[len - 1] == ']') {
		host.p += 1;
		host.l -= 2;
	}
	/* "2001:db8::1" alone would be read as address and port */
	err = sa_set(sa, &host, 0);
	if (err && len <= 60 && has_port(text))
		err = sa_decode(sa, text, len);
	if (err)
		return config_value_refuse(why, size,
					   "has no address behind '/', like "
					   "203.0.113.7 or [2001:db8::7]");
	if (type == CONFIG_HOST && sa_port(sa))
		return config_value_refuse(
			why, size,
			"has a port behind '/': media's are the same on both "
			"sides of a 1:1 NAT");
	if (sa_af(sa) != sa_af(local) || sa_is_any(sa))
		return config_value_refuse(
			why, size,
			"has no address of the same family behind '/' that "
			"others could use");

	return 0;
}


/** "LOCAL" or "LOCAL/ADVERTISED" */
static int parse_address(struct sa *sa, struct sa *advertised,
			 const struct config_row *row, const char *text,
			 char *why, size_t size)
{
	const char *slash = row->advertised ? strchr(text, '/') : NULL;
	char local[64];
	int err;

	sa_init(advertised, AF_UNSPEC);
	if (slash && (size_t)(slash - text) >= sizeof(local))
		return config_value_refuse(why, size, "is too long");

	(void)snprintf(local, sizeof(local), "%.*s",
		       slash ? (int)(slash - text) : (int)sizeof(local), text);
	if (row->type == CONFIG_HOST)
		err = parse_host(sa, local, slash != NULL, why, size);
	else
		err = parse_listen(sa, row->type, local, why, size);
	if (err || !slash)
		return err;

	return parse_advertised(advertised, sa, row->type, slash + 1, why,
				size);
}


static int set_address(struct config *c, const struct config_row *row,
		       const char *text, char *why, size_t size)
{
	struct sa *list = field(c, row->offset);
	struct sa *mapped = row->advertised ? field(c, row->advertised) : NULL;
	size_t *count = field(c, row->offset2);
	struct sa sa, advertised;
	int err;

	if (!strcmp(text, "off")) {
		if (row->type == CONFIG_HOST)
			return config_value_refuse(why, size, "cannot be off");
		*count = 0;
		return 0;
	}

	err = parse_address(&sa, &advertised, row, text, why, size);
	if (err)
		return err;

	if (*count >= CONFIG_LISTEN_MAX)
		return config_value_refuse(why, size,
					   "is one too many: at most %d",
					   CONFIG_LISTEN_MAX);

	if (mapped)
		mapped[*count] = advertised;
	list[(*count)++] = sa;

	return 0;
}


static int check_pattern(const char *text, char *why, size_t size)
{
	char words[128] = "";
	regex_t regex;
	int r;

	r = regcomp(&regex, text, REG_EXTENDED | REG_NOSUB);
	if (r) {
		(void)regerror(r, &regex, words, sizeof(words));
		return config_value_refuse(why, size, "is not a pattern: %s",
					   words);
	}

	regfree(&regex);

	return 0;
}


static bool is_choice(const char *choices, const char *text)
{
	size_t len = strlen(text);

	/* two of them with what stands between are none */
	if (strchr(text, '|'))
		return false;

	for (const char *p = choices; p; p = strchr(p, '|')) {
		p += *p == '|';
		if (len && !strncmp(p, text, len) &&
		    (p[len] == '|' || !p[len]))
			return true;
	}

	return false;
}


static int set_network(struct config *c, const struct config_row *row,
		       const char *text, char *why, size_t size)
{
	struct config_network *list = field(c, row->offset), net;
	size_t *count = field(c, row->offset2);
	const char *slash = strchr(text, '/'), *end = "";
	unsigned long bits = 0, max;
	char host[64];

	(void)snprintf(host, sizeof(host), "%.*s",
		       slash ? (int)(slash - text) : (int)strlen(text), text);
	if (sa_set_str(&net.address, host, 0) ||
	    (slash && !number(slash + 1, &bits, &end)) || *end)
		return config_value_refuse(
			why, size,
			"is not an address or a network like "
			"192.0.2.0/24");

	max = sa_af(&net.address) == AF_INET ? 32 : 128;
	if (!slash)
		bits = max;
	if (bits > max)
		return config_value_refuse(why, size, "has more than %lu bits",
					   max);
	if (*count >= CONFIG_LIST_MAX)
		return config_value_refuse(why, size,
					   "is one too many: at most %d",
					   CONFIG_LIST_MAX);

	net.bits = (unsigned)bits;
	list[(*count)++] = net;

	return 0;
}


static int add_account(struct config *c, const struct config_row *row,
		       const char *text, char *why, size_t size)
{
	struct config_account **list = field(c, row->offset);
	size_t *count = field(c, row->offset2);
	int err;

	if (*count >= CONFIG_LIST_MAX)
		return config_value_refuse(why, size,
					   "is one too many: at most %d",
					   CONFIG_LIST_MAX);

	err = config_account_parse(&list[*count], text, why, size);
	if (!err)
		(*count)++;

	return err;
}


static int add_turn_uri(struct config *c, const struct config_row *row,
			const char *text, char *why, size_t size)
{
	char **list = field(c, row->offset);
	size_t *count = field(c, row->offset2);
	int err;

	if (!config_turn_uri_is_good(text))
		return config_value_refuse(
			why, size,
			"is not a TURN URI like turn:HOST:3478?transport=udp "
			"or turns:HOST:443?transport=tcp");
	if (*count >= CONFIG_LISTEN_MAX)
		return config_value_refuse(why, size,
					   "is one too many: at most %d",
					   CONFIG_LISTEN_MAX);

	err = str_dup(&list[*count], text);
	if (!err)
		(*count)++;

	return err;
}


/** PINs and a title are a conference's own */
static int set_setting(struct config *c, const struct config_row *row,
		       const char *text, char *why, size_t size)
{
	char words[SETTINGS_WHY_BYTES], key[32];
	size_t *count = field(c, row->offset2);
	int err;

	(void)snprintf(key, sizeof(key), "%.*s", (int)strcspn(text, "="),
		       text);
	if (settings_is_own(key))
		return config_value_refuse(
			why, size, "is of one conference: parley conference");
	if (*count >= CONFIG_LIST_MAX)
		return config_value_refuse(why, size,
					   "is one too many: at most %d",
					   CONFIG_LIST_MAX);

	err = settings_set_text(field(c, row->offset), text, words);
	if (err)
		return config_value_refuse(why, size, "is none: %s", words);
	(*count)++;

	return 0;
}


static int set_word(struct config *c, const struct config_row *row,
		    const char *text, char *why, size_t size)
{
	switch (row->type) {

	case CONFIG_LEVEL:
		if (log_level_parse(field(c, row->offset), text))
			return config_value_refuse(
				why, size,
				"is none of error, warn, info, debug");
		return 0;

	case CONFIG_CHOICE:
		if (!is_choice(row->choices, text))
			return config_value_refuse(why, size, "is none of %s",
						   row->choices);
		break;

	case CONFIG_SWITCH:
		if (strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
			return config_value_refuse(why, size,
						   "is neither yes nor no");
		*(bool *)field(c, row->offset) = !strcmp(text, "yes");
		return 0;

	case CONFIG_PATTERN:
		if (strlen(text) > 256)
			return config_value_refuse(why, size,
						   "is longer than 256");
		if (check_pattern(text, why, size))
			return EINVAL;
		break;

	case CONFIG_ROUTE:
		if (*text && !config_is_route(text))
			return config_value_refuse(
				why, size,
				"is not a URI like sip:192.0.2.1;lr");
		break;

	default: break;
	}

	return set_text(c, row, text);
}


static const uint8_t *network_bytes(const struct sa *sa)
{
	return sa_af(sa) == AF_INET ? (const uint8_t *)&sa->u.in.sin_addr
				    : (const uint8_t *)&sa->u.in6.sin6_addr;
}


bool config_value_is_list(enum config_type type)
{
	return type == CONFIG_LISTEN || type == CONFIG_LOOPBACK ||
	       type == CONFIG_HOST || type == CONFIG_NETWORK ||
	       type == CONFIG_ACCOUNT || type == CONFIG_TURN ||
	       type == CONFIG_SETTING;
}


void config_value_clear(struct config *c, const struct config_row *row)
{
	size_t *count = field(c, row->offset2);
	const bool pointers =
		row->type == CONFIG_ACCOUNT || row->type == CONFIG_TURN;
	void **list = field(c, row->offset);

	for (size_t i = 0; pointers && i < *count; i++)
		list[i] = mem_deref(list[i]);
	if (row->type == CONFIG_SETTING)
		settings_default(field(c, row->offset));
	*count = 0;
}


int config_value_set(struct config *c, const struct config_row *row,
		     const char *text, char *why, size_t size)
{
	switch (row->type) {

	case CONFIG_NUMBER:
	case CONFIG_PORT: return set_number(c, row, text, why, size);
	case CONFIG_PORT_RANGE: return set_port_range(c, row, text, why, size);
	case CONFIG_SIZE: return set_size(c, row, text, why, size);
	case CONFIG_LISTEN:
	case CONFIG_LOOPBACK:
	case CONFIG_HOST: return set_address(c, row, text, why, size);
	case CONFIG_NETWORK: return set_network(c, row, text, why, size);
	case CONFIG_ACCOUNT: return add_account(c, row, text, why, size);
	case CONFIG_TURN: return add_turn_uri(c, row, text, why, size);
	case CONFIG_SETTING: return set_setting(c, row, text, why, size);
	default: return set_word(c, row, text, why, size);
	}
}


bool config_network_has(const struct config_network v[], size_t n,
			const struct sa *sa)
{
	size_t len = sa_af(sa) == AF_INET ? 4 : 16;

	for (size_t i = 0; i < n; i++) {
		const uint8_t *a, *b;
		size_t bytes = v[i].bits / 8;
		unsigned mask = 0xff00u >> (v[i].bits % 8) & 0xff;

		if (sa_af(&v[i].address) != sa_af(sa))
			continue;
		a = network_bytes(&v[i].address);
		b = network_bytes(sa);
		if (!memcmp(a, b, bytes) &&
		    (bytes == len || !((a[bytes] ^ b[bytes]) & mask)))
			return true;
	}

	return false;
}


bool config_plain_name(const char *pattern, char *dst, size_t size)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-_";
	/* what is in brackets is a piece of one */
	const char *p = strchr(pattern, '(') ? "" : pattern;

	while (*p) {
		const size_t len = strspn(p, plain);

		if (len && len < size && (!p[len] || p[len] == '|')) {
			memcpy(dst, p, len);
			dst[len] = '\0';
			return true;
		}
		p += strcspn(p, "|");
		p += *p == '|';
	}

	return false;
}
