/**
 * @file focus/config/config_turn.h  TURN servers that browsers may use
 */
#ifndef PARLEY_FOCUS_CONFIG_CONFIG_TURN_H
#define PARLEY_FOCUS_CONFIG_CONFIG_TURN_H

#include <stdbool.h>
#include <stddef.h>

struct config;

enum {
	/** Longest life of the credentials that are handed out, seconds */
	CONFIG_TURN_LIFETIME_MAX = 600,
};

/**
 * Is that a TURN URI (RFC 7065) that every browser takes? One that a browser
 * cannot read keeps its page from calling at all, so it is told here.
 *
 * turn:HOST[:PORT][?transport=udp|tcp], turns:HOST[:PORT][?transport=tcp];
 * an IPv6 address stands in brackets. turns: by UDP is DTLS, which no browser
 * does.
 */
bool config_turn_uri_is_good(const char *text);

/** Is that turns: with an address, of which Firefox ("TLS requires FQDN")
 *  makes no relay and says nothing? `text` is good */
bool config_turn_uri_needs_name(const char *text);

/**
 * When all keys are read: read turn_secret_file, and see that servers and
 * secret go together
 *
 * @param key Set to the key that is wrong on EINVAL
 * @param why Filled with words then
 * @return 0, EINVAL, ENOMEM
 */
int config_turn_settle(struct config *c, const char **key, char *why,
		       size_t size);

#endif
