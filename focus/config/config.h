/**
 * @file focus/config/config.h  parley.conf: `key value` lines
 *
 * libre's conf form: one key and its value a line, `#` begins a comment, a
 * key may repeat where its row says so (listeners). Unknown keys and bad
 * values are errors that name file and line. One table (config.c) holds each
 * key's name, type, default, bounds and help text; `parleyd -h` and
 * conf/parley.conf are checked against it. Read-only after config_load.
 */
#ifndef PARLEY_FOCUS_CONFIG_CONFIG_H
#define PARLEY_FOCUS_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "focus/privileges/run_as.h"
#include "focus/settings/settings.h"
#include "mixer/base/log.h"
#include "mixer/base/re.h"

enum {
	CONFIG_LISTEN_MAX = 4,
	CONFIG_LIST_MAX = 16,
	CONFIG_MIXERS_MAX = 64,
	CONFIG_KEYS_MAX = 96,
};

struct config_account;

/** Addresses that share their first bits */
struct config_network {
	struct sa address;
	unsigned bits;
};

/** All settings; strings are owned by it */
struct config {
	struct sa sip_listen[CONFIG_LISTEN_MAX]; /**< UDP and TCP */
	size_t sip_listen_count;
	/** What a 1:1 NAT makes of each; unset: there is none, port 0: it
	 *  leaves the port as it is */
	struct sa sip_advertised[CONFIG_LISTEN_MAX];
	struct sa sip_tls_listen[CONFIG_LISTEN_MAX];
	size_t sip_tls_listen_count;
	struct sa sip_tls_advertised[CONFIG_LISTEN_MAX]; /**< the same */
	struct sa http_listen[CONFIG_LISTEN_MAX];        /**< loopback only */
	size_t http_listen_count;
	struct sa https_listen[CONFIG_LISTEN_MAX];
	size_t https_listen_count;
	struct sa https_advertised[CONFIG_LISTEN_MAX]; /**< the same */
	bool ice_tcp;             /**< media may come to https_listen, too */
	char *tls_cert, *tls_key; /**< PEM files; empty: self-signed, made
				       in data_dir */
	char *domain;             /**< "" = the host's own addresses too */
	struct sa media_address[CONFIG_LISTEN_MAX];
	size_t media_address_count;
	bool media_found; /**< these are the host's just now: none was given */
	struct sa media_advertised[CONFIG_LISTEN_MAX]; /**< without ports */
	uint16_t rtp_port_min, rtp_port_max;
	uint16_t webrtc_port; /**< of mixer 0; the next +1 ...; 0 any */
	unsigned mixers;
	char *mixer_program; /**< path of parley-mixer */
	char *control_socket, *data_dir, *web_dir;
	char *run_as;       /**< whom a root is to become, "": found */
	struct run_as user; /**< who that is; set by parleyd */
	enum log_level log_level;
	char *web_origins;      /**< pattern of other sites let in */
	char *conference_names; /**< pattern of permitted names */
	/** Of conferences that are made by calling them */
	struct conference_settings ad_hoc;
	size_t ad_hoc_count; /**< how many of these were given */
	unsigned max_participants, max_conferences;
	bool end_to_end;          /**< two pages alone have their media so */
	bool secure_line;         /**< and data beside it */
	unsigned end_to_end_kbps; /**< of each of them; 0: no limit */
	unsigned video_width, video_height, video_fps;
	unsigned video_kbps; /**< of the full canvas */
	char *layout;
	char *chat_name;         /**< under which `parley say` speaks */
	char *waiting_sound;     /**< music, words or silence */
	char *language;          /**< of what is said: "en", "de" */
	char *announcements_dir; /**< what is said instead; "": nothing */
	char *factory_names;     /**< pattern of user parts of factory URIs */
	char *echo_names;        /**< pattern of names of echo tests */
	char *dial_in_names; /**< pattern: who calls one of these is asked for
				a conference's number */
	char *dial_in_address;   /**< of these, as people are told; "" */
	bool tones;              /**< who comes and goes is heard */
	bool end_with_creator;   /**< the conference ends when its creator
				      leaves (TS 24.147) */
	char *dial_out;          /**< who may have others dialled: "all",
				      "members", "known", "off" */
	unsigned max_recipients; /**< of one list (RFC 5366), 0: none */
	char *emergency_numbers; /**< pattern */
	char *auth; /**< "off"; "on": digest of all but trusted hosts */
	struct config_network trusted_hosts[CONFIG_LIST_MAX]; /**< RFC 3325 */
	size_t trusted_hosts_count;
	char *outbound_proxy; /**< URI of the Route of what we dial, "" */
	char *ioi;            /**< P-Charging-Vector; "": the domain */
	struct config_account *accounts[CONFIG_LIST_MAX]; /**< where we
							     register */
	size_t account_count;
	unsigned register_expires_s; /**< longest registration here */
	unsigned max_subscriptions, subscriptions_per_source;
	unsigned invite_rate_per_source; /**< calls and the like a second */
	unsigned auth_failures; /**< a minute, then tries are slowed down */
	unsigned session_expires_s, session_min_se_s; /**< RFC 4028 */
	unsigned media_timeout_s;
	char *media_from; /**< "no"; "any": plain media also from hosts
			       that neither signalled nor were signalled */
	char *turn_uri[CONFIG_LISTEN_MAX]; /**< RFC 7065 */
	size_t turn_uri_count;
	char *turn_secret; /**< shared with these servers; nobody prints it */
	char *turn_secret_file;
	unsigned turn_lifetime_s; /**< of credentials for them */
	unsigned sip_message_max_bytes;
	struct sa dns_server[CONFIG_LISTEN_MAX]; /**< none: the system's */
	size_t dns_server_count;
	unsigned sip_rate_per_source; /**< messages a second */
	unsigned strangers_rate;      /**< of all who are not known; 0: any */
	char *name;                   /**< of the file, as errors call it */
	uint32_t lines[CONFIG_KEYS_MAX][CONFIG_LIST_MAX]; /**< where a value
		stands, for config_where() */
};

/** What -t and errors print: "FILE:LINE: words" */
struct config_error {
	char text[512];
};

/**
 * Defaults, then the file, then overrides
 *
 * @param path      NULL: embedded defaults only
 * @param overrides "key=value" strings of -o
 * @return 0; EINVAL/ENOENT with *error filled
 */
int config_load(struct config **cp, const char *path,
		const char *const overrides[], size_t override_count,
		struct config_error *error);

/**
 * As config_load, from memory
 *
 * @param name What errors call it
 * @param text File's contents, need not be terminated
 */
int config_parse(struct config **cp, const char *name, const char *text,
		 size_t len, const char *const overrides[],
		 size_t override_count, struct config_error *error);

/** Something is wrong. @param words One line: "FILE:LINE: key: words" */
typedef void(config_problem_h)(const char *words, void *arg);

/**
 * As config_load(), but all that is wrong is told
 *
 * @param h Called with each problem
 * @return 0; EINVAL, ENOENT: there were some; ENOMEM
 */
int config_load_all(struct config **cp, const char *path,
		    const char *const overrides[], size_t override_count,
		    config_problem_h *h, void *arg);

/**
 * Where a value comes from: "FILE:LINE", "-o" or "default"
 *
 * @param key One that there is
 * @param i   Which of those of a list
 * @param dst Gets it
 * @return dst
 */
const char *config_where(const struct config *c, const char *key, size_t i,
			 char *dst, size_t size);

/**
 * Keys one by one, for checks of conf/parley.conf
 *
 * @param i     0, 1, ...
 * @param value Set to the default as written in the table
 * @return name, NULL after the last
 */
const char *config_key(size_t i, const char **value);

/** Whose listeners an address is of */
enum config_service {
	CONFIG_SERVICE_SIP,
	CONFIG_SERVICE_SIP_TLS,
	CONFIG_SERVICE_HTTPS,
	CONFIG_SERVICE_NONE, /**< of none that a NAT could change */
};

/**
 * How those on the other side of a 1:1 NAT call an address of ours: by what
 * the listener advertises, else by what media_address does for the same
 * address. A loopback address is as it is
 *
 * @param c  Configuration
 * @param of Whose listener's address it is
 * @param sa Our own address, bound and with its port, or that of a
 *           connection; changed to what others use
 */
void config_advertise(const struct config *c, enum config_service of,
		      struct sa *sa);

/** An address of ours that a 1:1 NAT makes of media_address and the listeners,
 *  one after the other. @return NULL after the last */
const struct sa *config_advertised(const struct config *c, size_t i);

/** Is the address in one of the networks? */
bool config_network_has(const struct config_network v[], size_t n,
			const struct sa *sa);

/** Print every key with its default and help (for -h) */
void config_help(void);

#endif
