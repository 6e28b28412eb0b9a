/**
 * @file focus/config/config.c  The table of keys
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "focus/config/config.h"
#include "focus/config/config_secret.h"
#include "focus/config/config_turn.h"
#include "focus/config/config_value.h"


enum {
	/** An edit distance up to which a key is taken for a slip */
	HINT_DISTANCE = 3,
};

#define AT(a)      offsetof(struct config, a), 0, 0
#define PAIR(a, b) offsetof(struct config, a), offsetof(struct config, b), 0
#define LIST(a)    PAIR(a, a##_count)
#define MAPPED(a, b)                                                          \
	offsetof(struct config, a), offsetof(struct config, a##_count),       \
		offsetof(struct config, b)

static const struct config_row rows[] = {
	{"sip_listen", CONFIG_LISTEN, MAPPED(sip_listen, sip_advertised),
	 "0.0.0.0:5060", 0, 0,
	 "SIP over UDP and TCP here; may repeat; off = none; behind a 1:1 NAT "
	 "ADDRESS:PORT/ADVERTISED[:PORT]",
	 NULL},
	{"sip_tls_listen", CONFIG_LISTEN,
	 MAPPED(sip_tls_listen, sip_tls_advertised), "0.0.0.0:5061", 0, 0,
	 "SIP over TLS here; may repeat; off = none; /ADVERTISED[:PORT] as "
	 "sip_listen",
	 NULL},
	{"https_listen", CONFIG_LISTEN, MAPPED(https_listen, https_advertised),
	 "0.0.0.0:8443", 0, 0,
	 "page, API and SIP over WebSocket with TLS; may repeat; off = "
	 "none; /ADVERTISED[:PORT] as sip_listen",
	 NULL},
	{"http_listen", CONFIG_LOOPBACK, LIST(http_listen), "127.0.0.1:8080",
	 0, 0, "the same without TLS, loopback only; may repeat; off = none",
	 NULL},
	{"tls_cert", CONFIG_PATH, AT(tls_cert), "", 0, 0,
	 "certificate chain, PEM; none: a self-signed one is made in "
	 "data_dir",
	 NULL},
	{"tls_key", CONFIG_PATH, AT(tls_key), "", 0, 0, "its private key, PEM",
	 NULL},
	{"domain", CONFIG_TEXT, AT(domain), "", 0, 0,
	 "domain of our conference URIs; none: the host's own addresses",
	 NULL},
	{"media_address", CONFIG_HOST, MAPPED(media_address, media_advertised),
	 "", 0, 0,
	 "address that media uses; may repeat; none: the host's own, IPv4 "
	 "first, loopback last; behind a 1:1 NAT LOCAL/ADVERTISED",
	 NULL},
	{"rtp_ports", CONFIG_PORT_RANGE, PAIR(rtp_port_min, rtp_port_max),
	 "20000-29999", 1024, 65535,
	 "UDP ports for plain RTP, shared out among the mixers", NULL},
	{"webrtc_port", CONFIG_PORT, AT(webrtc_port), "10000", 0,
	 65535 - CONFIG_MIXERS_MAX,
	 "UDP port for WebRTC of the first mixer, the next has the next; 0 = "
	 "any",
	 NULL},
	{"ice_tcp", CONFIG_SWITCH, AT(ice_tcp), "yes", 0, 0,
	 "browsers whose network blocks UDP send media by TCP to https_listen",
	 NULL},
	{"mixers", CONFIG_NUMBER, AT(mixers), "0", 0, CONFIG_MIXERS_MAX,
	 "media server processes; 0 = one a core", NULL},
	{"mixer_program", CONFIG_PATH, AT(mixer_program), "", 0, 0,
	 "path of parley-mixer; none: beside parleyd", NULL},
	{"control_socket", CONFIG_PATH, AT(control_socket), "", 0, 0,
	 "where the parley command talks to us; none: in /run/parley, "
	 "$XDG_RUNTIME_DIR/parley or /tmp/parley-UID",
	 NULL},
	{"data_dir", CONFIG_PATH, AT(data_dir), "", 0, 0,
	 "folder for what is kept; none: /var/lib/parley or "
	 "~/.local/share/parley",
	 NULL},
	{"run_as", CONFIG_TEXT, AT(run_as), "", 0, 0,
	 "user that a parleyd started as root becomes, name or number; none: "
	 "parley if there is one, else nobody; root: it stays root",
	 NULL},
	{"web_dir", CONFIG_PATH, AT(web_dir), "", 0, 0,
	 "folder of the page; none: of the build tree or "
	 "/usr/share/parley/web",
	 NULL},
	{"web_origins", CONFIG_PATTERN, AT(web_origins), "", 0, 0,
	 "other sites whose pages may open SIP over WebSocket here: an "
	 "extended regular expression that must match all of "
	 "https://HOST[:PORT]; none: the join page's alone",
	 NULL},
	{"log_level", CONFIG_LEVEL, AT(log_level), "info", 0, 0,
	 "error, warn, info or debug", NULL},
	{"conference_names", CONFIG_PATTERN, AT(conference_names),
	 "[A-Za-z0-9._-]{1,64}", 0, 0,
	 "names that callers may create: an extended regular expression that "
	 "must match all of the name",
	 NULL},
	{"ad_hoc", CONFIG_SETTING, LIST(ad_hoc), "", 0, 0,
	 "KEY=VALUE: a setting of conferences that are made by calling them, "
	 "as of 'parley conference set', like lobby=on; may repeat",
	 NULL},
	{"max_participants", CONFIG_NUMBER, AT(max_participants), "1000", 1,
	 100000, "endpoints in one conference", NULL},
	{"max_conferences", CONFIG_NUMBER, AT(max_conferences), "1000", 1,
	 100000, "conferences at a time", NULL},
	{"end_to_end", CONFIG_SWITCH, AT(end_to_end), "no", 0, 0,
	 "yes: where two browsers are alone in a conference nobody between "
	 "them can hear or see them",
	 NULL},
	{"secure_line", CONFIG_SWITCH, AT(secure_line), "yes", 0, 0,
	 "with end_to_end: they may send one another data so, too", NULL},
	{"end_to_end_kbps", CONFIG_NUMBER, AT(end_to_end_kbps), "8000", 0,
	 1000000, "kbit/s of each of them; 0: no limit", NULL},
	{"video_size", CONFIG_SIZE, PAIR(video_width, video_height),
	 "1280x720", 0, 0, "canvas of a conference in pixels", NULL},
	{"video_fps", CONFIG_NUMBER, AT(video_fps), "25", 1, 60,
	 "pictures a second", NULL},
	{"video_bitrate", CONFIG_NUMBER, AT(video_kbps), "1500", 50, 20000,
	 "kbit/s of the full canvas", NULL},
	{"layout", CONFIG_CHOICE, AT(layout), "grid", 0, 0,
	 "grid or speaker, of a new conference", "grid|speaker"},
	{"waiting_sound", CONFIG_CHOICE, AT(waiting_sound), "music", 0, 0,
	 "what a telephone hears that is alone: words and then music, words "
	 "or silence",
	 "music|words|silence"},
	{"chat_name", CONFIG_TEXT, AT(chat_name), "Moderator", 0, 0,
	 "name under which `parley say` writes", NULL},
	{"language", CONFIG_CHOICE, AT(language), "en", 0, 0,
	 "of what is said at a telephone: en or de", "en|de"},
	{"tones", CONFIG_SWITCH, AT(tones), "yes", 0, 0,
	 "soft tones in a conference of up to 20 when somebody comes or goes",
	 NULL},
	{"announcements_dir", CONFIG_PATH, AT(announcements_dir), "", 0, 0,
	 "folder with LANGUAGE/NAME.wav that are said instead of the built-in "
	 "words; none: those are said",
	 NULL},
	{"factory_names", CONFIG_PATTERN, AT(factory_names),
	 "conference|mmtel|conf-factory", 0, 0,
	 "user parts whose INVITE makes a new conference: an extended regular "
	 "expression that must match all of it",
	 NULL},
	{"echo_names", CONFIG_PATTERN, AT(echo_names), "echo", 0, 0,
	 "conferences in which everybody hears himself a second later: an "
	 "extended regular expression that must match all of the name",
	 NULL},
	{"dial_in_names", CONFIG_PATTERN, AT(dial_in_names), "dial-in", 0, 0,
	 "what telephones call to be asked for the number of a conference: an "
	 "extended regular expression that must match all of the user part; "
	 "none: conferences have no numbers",
	 NULL},
	{"dial_in_address", CONFIG_TEXT, AT(dial_in_address), "", 0, 0,
	 "of these, as people are told it: a telephone number or a sip: URI; "
	 "none: dial_in_names at this server, where that is a plain name",
	 NULL},
	{"end_with_creator", CONFIG_SWITCH, AT(end_with_creator), "no", 0, 0,
	 "yes: a conference of the factory ends when its creator leaves",
	 NULL},
	{"dial_out", CONFIG_CHOICE, AT(dial_out), "members", 0, 0,
	 "who may have others dialled: all, members of the conference, known "
	 "(authenticated or from a trusted host) or off",
	 "all|members|known|off"},
	{"max_recipients", CONFIG_NUMBER, AT(max_recipients), "50", 0, 1000,
	 "addresses on one recipient list (RFC 5366); 0 = none", NULL},
	{"emergency_numbers", CONFIG_PATTERN, AT(emergency_numbers),
	 "112|911|999|110|118|119|000", 0, 0,
	 "numbers that are refused with 380, as urn:service:sos is: an "
	 "extended regular expression",
	 NULL},
	{"auth", CONFIG_CHOICE, AT(auth), "off", 0, 0,
	 "on: whoever is not a trusted host proves by digest who it is",
	 "off|on"},
	{"auth_failures", CONFIG_NUMBER, AT(auth_failures), "10", 1, 10000,
	 "wrong passwords a minute from one address or for one user; more "
	 "are slowed down",
	 NULL},
	{"trusted_hosts", CONFIG_NETWORK, LIST(trusted_hosts), "", 0, 0,
	 "address or network whose P-Asserted-Identity is believed (RFC "
	 "3325); may repeat",
	 NULL},
	{"outbound_proxy", CONFIG_ROUTE, AT(outbound_proxy), "", 0, 0,
	 "URI through which all calls of ours go, like "
	 "sip:orig@192.0.2.1;lr",
	 NULL},
	{"dns_server", CONFIG_LISTEN, LIST(dns_server), "", 0, 0,
	 "name server, ADDRESS:PORT; may repeat; none: those of the system",
	 NULL},
	{"ioi", CONFIG_TEXT, AT(ioi), "", 0, 0,
	 "our inter operator identifier in P-Charging-Vector; none: domain",
	 NULL},
	{"account", CONFIG_ACCOUNT, PAIR(accounts, account_count), "", 0, 0,
	 "register at another server as a terminal does: "
	 "<sip:USER@DOMAIN>;auth_pass=SECRET;...; may repeat",
	 NULL},
	{"register_expires", CONFIG_NUMBER, AT(register_expires_s), "3600", 60,
	 86400, "longest registration here, in seconds", NULL},
	{"session_expires", CONFIG_NUMBER, AT(session_expires_s), "1800", 90,
	 86400, "session timer in seconds (RFC 4028)", NULL},
	{"session_min_se", CONFIG_NUMBER, AT(session_min_se_s), "90", 90,
	 86400, "smallest session timer taken, in seconds", NULL},
	{"media_timeout", CONFIG_NUMBER, AT(media_timeout_s), "30", 5, 3600,
	 "seconds without any media, RTCP or consent until a call is ended",
	 NULL},
	{"media_from", CONFIG_CHOICE, AT(media_from), "no", 0, 0,
	 "any: RTP without keys is taken also from hosts that neither SDP "
	 "names nor signalling came from, when those are silent; no: it is "
	 "not",
	 "no|any"},
	{"turn_uri", CONFIG_TURN, LIST(turn_uri), "", 0, 0,
	 "TURN server for browsers that UDP does not reach, like "
	 "turns:turn.example.com:443?transport=tcp; may repeat",
	 NULL},
	{"turn_secret", CONFIG_SECRET, AT(turn_secret), "", 0, 0,
	 "secret shared with it (coturn: static-auth-secret)", NULL},
	{"turn_secret_file", CONFIG_PATH, AT(turn_secret_file), "", 0, 0,
	 "file whose first line is that secret", NULL},
	{"turn_lifetime", CONFIG_NUMBER, AT(turn_lifetime_s), "600", 5,
	 CONFIG_TURN_LIFETIME_MAX,
	 "seconds that credentials for it are good for", NULL},
	{"sip_message_max", CONFIG_NUMBER, AT(sip_message_max_bytes), "65535",
	 4096, 1048576, "largest SIP message taken, in bytes", NULL},
	{"sip_rate_per_source", CONFIG_NUMBER, AT(sip_rate_per_source), "200",
	 1, 1000000, "SIP messages a second from one address", NULL},
	{"strangers_rate", CONFIG_NUMBER, AT(strangers_rate), "500", 0,
	 1000000,
	 "SIP messages a second from all who are not known yet; 0: no limit",
	 NULL},
	{"invite_rate_per_source", CONFIG_NUMBER, AT(invite_rate_per_source),
	 "50", 1, 1000000,
	 "calls, registrations and the like that one address begins a second",
	 NULL},
	{"max_subscriptions", CONFIG_NUMBER, AT(max_subscriptions), "20000", 1,
	 1000000, "subscriptions at a time", NULL},
	{"subscriptions_per_source", CONFIG_NUMBER,
	 AT(subscriptions_per_source), "200", 1, 1000000,
	 "of these from one address that is not a trusted host", NULL},
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

_Static_assert(ROWS <= (int)CONFIG_KEYS_MAX,
	       "more keys than places for lines");

static void config_destructor(void *arg)
{
	struct config *c = arg;

	mem_deref(c->name);
	mem_deref(c->tls_cert);
	mem_deref(c->tls_key);
	mem_deref(c->domain);
	mem_deref(c->mixer_program);
	mem_deref(c->control_socket);
	mem_deref(c->data_dir);
	mem_deref(c->run_as);
	mem_deref(c->web_dir);
	mem_deref(c->web_origins);
	mem_deref(c->conference_names);
	mem_deref(c->layout);
	mem_deref(c->waiting_sound);
	mem_deref(c->chat_name);
	mem_deref(c->language);
	mem_deref(c->announcements_dir);
	mem_deref(c->factory_names);
	mem_deref(c->echo_names);
	mem_deref(c->dial_in_names);
	mem_deref(c->dial_in_address);
	mem_deref(c->dial_out);
	mem_deref(c->media_from);
	mem_deref(c->emergency_numbers);
	mem_deref(c->auth);
	mem_deref(c->outbound_proxy);
	mem_deref(c->ioi);
	for (size_t i = 0; i < c->account_count; i++)
		mem_deref(c->accounts[i]);
	for (size_t i = 0; i < c->turn_uri_count; i++)
		mem_deref(c->turn_uri[i]);
	config_secret_wipe(c->turn_secret);
	mem_deref(c->turn_secret);
	mem_deref(c->turn_secret_file);
}


struct config *config_alloc(void)
{
	struct config *c = mem_zalloc(sizeof(*c), config_destructor);

	if (c)
		settings_default(&c->ad_hoc);

	return c;
}


const struct config_row *config_row(size_t i)
{
	return i < ROWS ? &rows[i] : NULL;
}


static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}


/** Levenshtein's distance; keys are short */
static size_t distance(const char *a, const char *b)
{
	size_t row[64], la = strlen(a), lb = strlen(b);

	if (la >= 64 || lb >= 64)
		return SIZE_MAX;

	for (size_t j = 0; j <= lb; j++)
		row[j] = j;

	for (size_t i = 1; i <= la; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t change = corner + (a[i - 1] != b[j - 1]);

			corner = row[j];
			row[j] = least(change, least(row[j], row[j - 1]) + 1);
		}
	}

	return row[lb];
}


const char *config_row_nearest(const char *key)
{
	const char *best = NULL;
	size_t best_distance = HINT_DISTANCE + 1;

	for (size_t i = 0; i < ROWS; i++) {
		size_t d = distance(key, rows[i].key);

		if (d < best_distance) {
			best_distance = d;
			best = rows[i].key;
		}
	}

	return best;
}


size_t config_row_index(const char *key)
{
	size_t i = 0;

	while (strcmp(rows[i].key, key) != 0)
		i++;

	return i;
}


const char *config_key(size_t i, const char **value)
{
	if (i >= ROWS)
		return NULL;

	if (value)
		*value = rows[i].standard;

	return rows[i].key;
}


void config_help(void)
{
	for (size_t i = 0; i < ROWS; i++) {
		printf("  %s %s\n        %s\n", rows[i].key,
		       *rows[i].standard ? rows[i].standard : "(found)",
		       rows[i].help);
	}
}
