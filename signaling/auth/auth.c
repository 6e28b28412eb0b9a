/**
 * @file signaling/auth/auth.c  Digest authentication of requests
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <openssl/crypto.h>
#include "focus/config/config.h"
#include "signaling/auth/auth_private.h"
#include "signaling/message/header.h"
#include "signaling/message/host.h"
#include "signaling/message/identity.h"
#include "signaling/transport/layer.h"

/** What comes of credentials */
enum verdict {
	RIGHT,
	STALE,     /**< the nonce is not good, or not any more */
	WRONG,     /**< password or user */
	MALFORMED, /**< 400 */
	FAILED,    /**< we cannot tell: 500 */
};


static void auth_destructor(void *arg)
{
	struct auth *a = arg;

	list_flush(&a->pending);
	mem_deref(a->nonces);
	mem_deref(a->throttle);
	mem_deref(a->crowds);
}


int auth_alloc(struct auth **ap, struct transport_layer *layer,
	       const struct config *config, struct user_store *users)
{
	uint8_t bytes[2 * SECRET_BYTES];
	struct auth *a;
	int err;

	if (!ap || !layer || !config || !users)
		return EINVAL;

	a = mem_zalloc(sizeof(*a), auth_destructor);
	if (!a)
		return ENOMEM;

	a->layer = layer;
	a->sip = layer_sip(layer);
	a->config = config;
	a->users = users;
	rand_bytes(bytes, sizeof(bytes));
	(void)re_snprintf(a->secret, sizeof(a->secret), "%w", bytes,
			  (size_t)SECRET_BYTES);
	(void)re_snprintf(a->opaque, sizeof(a->opaque), "%w",
			  bytes + SECRET_BYTES, (size_t)SECRET_BYTES);
	err = nonces_alloc(&a->nonces);
	if (!err)
		err = auth_throttle_alloc(&a->throttle, config->auth_failures);
	if (!err)
		err = auth_throttle_alloc(
			&a->crowds, AUTH_CROWD_TIMES * config->auth_failures);

	if (err)
		mem_deref(a);
	else
		*ap = a;

	return err;
}


bool auth_has_users(const struct auth *a)
{
	return a && user_store_count(a->users) > 0;
}


/* ---------------------------------------------------------- credentials */

/** The first credentials that are for us and that we can check */
static bool credentials_h(const struct sip_hdr *hdr, const struct sip_msg *msg,
			  void *arg)
{
	struct check *c = arg;
	struct digest_header h;
	int err;
	(void)msg;

	err = digest_header_decode(&h, &hdr->val);
	if (err) {
		c->broken |= err != ENOTSUP;
		return false;
	}

	/* IMS terminals send a REGISTER with empty ones first (TS 24.229
	   section 5.1.1.2.2). */
	if (pl_strcmp(&h.realm, user_store_realm(c->auth->users)) ||
	    !pl_isset(&h.nonce) || !pl_isset(&h.response) ||
	    digest_algorithm_find(&c->algorithm, &h.algorithm))
		return false;

	c->header = h;
	c->found = true;

	return true;
}


static int same_user(const struct uri *a, const struct uri *b)
{
	return pl_isset(&a->user) || pl_isset(&b->user)
		       ? pl_cmp(&a->user, &b->user)
		       : 0;
}


/**
 * Were they made for this request (RFC 7616 section 3.4.6)? User agents leave
 * out ports and parameters, and a proxy may have put an address in place of
 * our domain; what is for another host is somebody else's.
 */
static bool uri_fits(const struct check *c)
{
	struct uri uri;

	if (!pl_cmp(&c->header.uri, &c->msg->ruri))
		return true;
	if (uri_decode(&uri, &c->header.uri) || same_user(&uri, &c->msg->uri))
		return false;

	return !pl_casecmp(&uri.host, &c->msg->uri.host) ||
	       host_is_ours(c->auth->config, &uri.host, c->flow);
}


/** The count, 1 where there is none (RFC 2069): good for one request.
 *  @return false: no count */
static bool read_count(const struct digest_header *h, uint32_t *nc)
{
	size_t i;

	*nc = 1;
	if (!pl_isset(&h->qop))
		return true;

	if (h->nc.l != 8 || !pl_isset(&h->cnonce))
		return false;
	for (i = 0; i < h->nc.l; i++) {
		if (!isxdigit((unsigned char)h->nc.p[i]))
			return false;
	}
	*nc = pl_x32(&h->nc);

	return *nc > 0 && (!pl_strcasecmp(&h->qop, "auth") ||
			   !pl_strcasecmp(&h->qop, "auth-int"));
}


/** Is the response the one that the password gives? Takes as long for users
 *  that do not exist. @return 0, EACCES, errno */
static int compare(struct check *c)
{
	struct digest_header *h = &c->header;
	struct digest_input in = {
		.algorithm = c->algorithm,
		.nonce = h->nonce,
		.method = c->msg->met,
		.uri = h->uri,
		.qop = h->qop,
		.nc = h->nc,
		.cnonce = h->cnonce,
	};
	char ha1[DIGEST_HEX_SIZE], want[DIGEST_HEX_SIZE];
	char got[DIGEST_HEX_SIZE] = "";
	struct pl secret;
	size_t i;
	int known, err;

	known = user_store_lookup(c->auth->users, &h->username, c->algorithm,
				  c->name, ha1);
	if (known == ENOENT) {
		const struct pl *const parts[] = {&h->username, &secret};

		pl_set_str(&secret, c->auth->secret);
		err = digest_sum(ha1, c->algorithm, parts, 2);
	}
	else {
		err = known;
	}
	if (err)
		return err;

	in.ha1 = ha1;
	header_body(c->msg, &in.body);
	err = digest_response(want, &in);
	if (err)
		return err;

	if (h->response.l != strlen(want))
		return EACCES;
	(void)pl_strcpy(&h->response, got, sizeof(got));
	for (i = 0; got[i]; i++)
		got[i] = (char)(got[i] >= 'A' && got[i] <= 'F' ? got[i] | 0x20
							       : got[i]);

	return CRYPTO_memcmp(want, got, strlen(want)) || known ? EACCES : 0;
}


static enum verdict auth_judge(struct check *c)
{
	uint32_t nc;
	int err;

	if (!read_count(&c->header, &nc) || !uri_fits(c))
		return MALFORMED;

	/* Nobody has a try that did not get its nonce where it says it is. */
	if (!nonces_given(c->auth->nonces, &c->header.nonce, c->address_key,
			  tmr_jiffies()))
		return STALE;

	err = compare(c);
	if (err)
		return err == EACCES ? WRONG : FAILED;

	return nonces_use(c->auth->nonces, &c->header.nonce, nc) ? RIGHT
								 : STALE;
}


/* ----------------------------------------------------------------- who */

/** May nobody but `name` say this? True as well for what is not ours */
static bool from_fits(const struct check *c)
{
	const struct uri *from = &c->msg->from.uri;
	char *user = NULL;
	bool fits;

	if (!host_is_ours(c->auth->config, &from->host, c->flow))
		return true;
	fits = !header_user(&user, from) && !strcasecmp(user, c->name);
	mem_deref(user);

	return fits;
}


/** Without a domain the AOR is at the address that the user knows us by */
static int print_aor(char **aorp, const struct check *c)
{
	const struct config *config = c->auth->config;
	struct pl host = c->msg->from.uri.host;
	char local[64];

	if (str_isset(config->domain)) {
		pl_set_str(&host, config->domain);
	}
	else if (!host_is_ours(config, &host, c->flow)) {
		(void)re_snprintf(local, sizeof(local), "%j", &c->flow->local);
		pl_set_str(&host, local);
	}

	return re_sdprintf(aorp,
			   pl_strchr(&host, ':') ? "sip:%s@[%r]" : "sip:%s@%r",
			   c->name, &host);
}


static enum auth_result pass(struct check *c, char **aorp)
{
	struct auth *a = c->auth;

	++a->accepted;
	if (!c->shared)
		auth_throttle_passed(a->throttle, c->address_key, c->user_key);
	if (!from_fits(c)) {
		auth_refuse(a, c->msg, 403, "Forbidden",
			    "From is another user");
		return AUTH_ANSWERED;
	}
	if (print_aor(aorp, c)) {
		auth_refuse(a, c->msg, 500, "Server Internal Error",
			    "Credentials cannot be checked");
		return AUTH_ANSWERED;
	}

	return AUTH_PASS;
}


static enum auth_result check_credentials(struct check *c, char **aorp)
{
	struct auth *a = c->auth;

	auth_throttle_user_key(c->user_key, &c->header.username);
	c->proved =
		auth_throttle_knows(a->throttle, c->address_key, c->user_key);
	auth_throttle_pair_key(c->pair_key, c->address_key, c->user_key);
	if (auth_is_shut(c)) {
		auth_refuse_busy(a, c->msg);
		return AUTH_ANSWERED;
	}

	switch (auth_judge(c)) {

	case RIGHT: return pass(c, aorp);
	case STALE:
		++a->stale;
		auth_challenge(a, c->msg, NULL, c->address_key, true);
		break;

	case WRONG: auth_refuse_wrong(c); break;
	case MALFORMED:
		auth_refuse(a, c->msg, 400, "Bad Request",
			    "Credentials do not fit the"
			    " request");
		break;

	case FAILED:
		auth_refuse(a, c->msg, 500, "Server Internal Error",
			    "Credentials cannot be checked");
		break;
	}

	return AUTH_ANSWERED;
}


/** May it go on without a word on who it is? */
static bool is_free(const struct check *c)
{
	return !c->registers &&
	       (strcmp(c->auth->config->auth, "on") != 0 || c->trusted);
}


enum auth_result auth_check(struct auth *a, const struct sip_msg *msg,
			    const struct flow_info *flow, char **aorp)
{
	struct check c = {.auth = a, .msg = msg, .flow = flow};

	*aorp = NULL;
	if (!a)
		return AUTH_PASS;

	/* Credentials that a trusted proxy has checked and left in are none of
	   ours; nor are any while nobody has a password here. */
	c.registers = auth_is_register(msg);
	c.trusted = identity_flow_trusted(a->config, flow);
	if (is_free(&c) && (c.trusted || !auth_has_users(a)))
		return AUTH_PASS;

	c.shared = identity_is_shared(a->config, flow);
	auth_throttle_address_key(c.address_key, &flow->peer);

	(void)sip_msg_hdr_apply(msg, true,
				c.registers ? SIP_HDR_AUTHORIZATION
					    : SIP_HDR_PROXY_AUTHORIZATION,
				credentials_h, &c);
	if (c.found)
		return check_credentials(&c, aorp);

	if (c.broken) {
		auth_refuse(a, msg, 400, "Bad Request",
			    "Credentials cannot be"
			    " read");
		return AUTH_ANSWERED;
	}
	if (is_free(&c))
		return AUTH_PASS;

	auth_challenge(a, msg, NULL, c.address_key, false);

	return AUTH_ANSWERED;
}


json_t *auth_stats(const struct auth *a)
{
	return a ? json_pack("{s:I,s:I,s:I,s:I,s:I}", "challenges",
			     (json_int_t)a->challenges, "accepted",
			     (json_int_t)a->accepted, "failures",
			     (json_int_t)a->failures, "stale",
			     (json_int_t)a->stale, "slowed",
			     (json_int_t)a->slowed)
		 : NULL;
}
