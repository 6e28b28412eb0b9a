/**
 * @file focus/config/config_value.h  The types of a configuration value
 *
 * Text to value, with words for what is wrong. Only config*.c use it.
 */
#ifndef PARLEY_FOCUS_CONFIG_CONFIG_VALUE_H
#define PARLEY_FOCUS_CONFIG_CONFIG_VALUE_H

#include "focus/config/config.h"

enum config_type {
	CONFIG_TEXT,       /**< char *, anything printable */
	CONFIG_PATH,       /**< char *, "" = found by itself */
	CONFIG_NUMBER,     /**< unsigned, min..max */
	CONFIG_PORT,       /**< uint16_t, min..max */
	CONFIG_PORT_RANGE, /**< two uint16_t: "MIN-MAX" */
	CONFIG_SIZE,       /**< two unsigned: "1280x720" */
	CONFIG_LISTEN,     /**< struct sa[] and count: ADDRESS:PORT, where
				the row has a place for it also
				ADDRESS:PORT/ADVERTISED[:PORT] */
	CONFIG_LOOPBACK,   /**< the same, loopback addresses only */
	CONFIG_HOST,       /**< struct sa[] and count: ADDRESS[/ADVERTISED] */
	CONFIG_LEVEL,      /**< enum log_level */
	CONFIG_CHOICE,     /**< char *, one of the row's words */
	CONFIG_SWITCH,     /**< bool, "yes" or "no" */
	CONFIG_NETWORK,    /**< struct config_network[] and count: IP[/BITS] */
	CONFIG_ACCOUNT,    /**< struct config_account *[] and count */
	CONFIG_ROUTE,      /**< char *, "" or a URI that a Route can have */
	CONFIG_SECRET,     /**< char *, anything; errors do not show it */
	CONFIG_TURN,       /**< char *[] and count: TURN URIs */
	CONFIG_PATTERN,    /**< char *, POSIX extended regular expression */
	CONFIG_SETTING,    /**< struct conference_settings and how many of it
				were given: KEY=VALUE */
};

/** One row of the table of keys */
struct config_row {
	const char *key;
	enum config_type type;
	size_t offset;        /**< of the (first) field in struct config */
	size_t offset2;       /**< of the count or the second field */
	size_t advertised;    /**< of struct sa[], 0 = it has none */
	const char *standard; /**< default as text, "" = found at start */
	unsigned min, max;
	const char *help;
	const char *choices; /**< CONFIG_CHOICE: "one|other" */
};

/** Row by row; NULL after the last */
const struct config_row *config_row(size_t i);

/** Of a key that there is */
size_t config_row_index(const char *key);

/** The key that somebody may have meant; NULL: none is near */
const char *config_row_nearest(const char *key);

/** All unset. @return NULL: no memory */
struct config *config_alloc(void);

/** A list key may stand on several lines */
bool config_value_is_list(enum config_type type);

/**
 * Set a field (append to a list)
 *
 * @param why Filled with words on EINVAL
 * @return 0, EINVAL, ENOMEM
 */
int config_value_set(struct config *c, const struct config_row *row,
		     const char *text, char *why, size_t why_size);

/** Empty a list key */
void config_value_clear(struct config *c, const struct config_row *row);

/** Fill what the file left to be found at start: media addresses, paths,
 *  number of mixers */
int config_value_find(struct config *c, bool media_given);

/**
 * The first of the alternatives of a pattern that is a plain name, which it
 * matches: what people can be told to call
 *
 * @return false: none is, or none is short enough, or there are brackets
 */
bool config_plain_name(const char *pattern, char *dst, size_t size);

#endif
