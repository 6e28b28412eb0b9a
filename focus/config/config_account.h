/**
 * @file focus/config/config_account.h  The value of `account`: where we
 * register
 *
 *   <sip:USER@DOMAIN>;NAME=VALUE;...
 *
 * auth_user=NAME       the name in digests (IMS: private identity); else USER
 * auth_pass=SECRET     or auth_pass_file=PATH: first line of a file
 * registrar=URI        next hop of REGISTER; else sip:DOMAIN
 * outbound=URI         the proxy that everything goes through (IMS: P-CSCF)
 * transport=WORD       udp, tcp or tls to that next hop
 * aka_k=HEX32          AKA's secret key (TS 33.203), with
 * aka_op=HEX32         the operator's variant, or aka_opc=HEX32
 * aka_amf=HEX4         challenges must carry this AMF; else any
 * expires=SECONDS      asked for; else 600; 0: do not register, only dial
 * conference=NAME      who calls the account joins it; else makes a new one
 * default=yes          calls to other domains go by this account too
 *
 * A value with ';' or ',' in it stands in quotes. Secrets are never printed.
 */
#ifndef PARLEY_FOCUS_CONFIG_CONFIG_ACCOUNT_H
#define PARLEY_FOCUS_CONFIG_CONFIG_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config;

enum {
	CONFIG_ACCOUNT_EXPIRES_MIN = 60,
	CONFIG_ACCOUNT_EXPIRES_MAX = 86400,
};

/** One account; strings are owned by it, what is not given is NULL unless it
 *  says otherwise */
struct config_account {
	char *aor; /**< "sip:USER@DOMAIN" */
	char *user, *domain;
	char *auth_user; /**< always */
	char *auth_pass;
	char *next_hop; /**< always: outbound, registrar or the domain, with
			     the transport */
	char *outbound; /**< URI without "lr", as given */
	char *conference;
	bool aka; /**< k and opc or op are there */
	bool op_is_opc;
	bool amf_given;
	uint8_t k[16], op[16], amf[2];
	unsigned expires_s; /**< 0: not registered */
	bool is_default;
};

/**
 * Read a value
 *
 * @param ap  Set; mem_deref() wipes and frees it
 * @param why Filled with words on EINVAL; no secret is in them
 * @return 0, EINVAL, ENOMEM
 */
int config_account_parse(struct config_account **ap, const char *text,
			 char *why, size_t why_size);

/**
 * User part of the account's Contact: who calls it joins that conference or
 * the factory, whose first plain name in factory_names it is then
 *
 * @return false if no name in factory_names is plain and long enough
 */
bool config_account_contact(const struct config_account *a,
			    const struct config *config, char *dst,
			    size_t size);

/** Is it a sip: or sips: URI with a host, without headers or password, such
 *  as a Route can have? */
bool config_is_route(const char *uri);

#endif
