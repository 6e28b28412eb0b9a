/**
 * @file signaling/auth/auth.c  Digest authentication of requests
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <openssl/crypto.h>
#include "focus/config/config.h"
#include "focus/store/user_store.h"
#include "mixer/base/log.h"
#include "signaling/auth/auth.h"
#include "signaling/auth/auth_throttle.h"
#include "signaling/auth/digest.h"
#include "signaling/auth/nonce.h"
#include "signaling/message/header.h"
#include "signaling/message/host.h"
#include "signaling/message/identity.h"
#include "signaling/transport/layer.h"

enum { SECRET_BYTES = 16 };

struct auth {
	struct transport_layer *layer;
	struct sip *sip;
	const struct config *config;
	struct user_store *users;
	struct nonces *nonces;
	struct auth_throttle *throttle;
	struct list pending;
	size_t pending_count;
	char secret[2 * SECRET_BYTES + 1]; /**< of users that do not exist */
	char opaque[2 * SECRET_BYTES + 1];
	uint64_t challenges, accepted, failures, stale, slowed;
};

/** One request on its way through auth_check() */
struct check {
	struct auth *auth;
	const struct sip_msg *msg;
	const struct flow_info *flow;
	bool registers;
	struct digest_header header;
	enum digest_algorithm algorithm;
	bool found, broken;
	bool trusted; /**< in the trust domain */
	bool shared;  /**< its address stands for many: browsers behind a
			   trusted host's web server are not trusted, but many
		       */
	bool proved;  /**< this user was right from this address lately */
	char name[SUBSCRIBER_NAME_MAX + 1];
	char address_key[AUTH_THROTTLE_KEY_SIZE],
		user_key[AUTH_THROTTLE_KEY_SIZE];
};

/** A refusal that comes late */
struct pending {
	struct le le;
	struct auth *auth;
	struct tmr tmr;
	struct sip_msg *msg;
	struct sip_strans *st;
	char address_key[AUTH_THROTTLE_KEY_SIZE],
		user_key[AUTH_THROTTLE_KEY_SIZE];
};

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


/* -------------------------------------------------------------- answers */

static bool is_register(const struct sip_msg *msg)
{
	return !pl_strcmp(&msg->met, "REGISTER");
}


/** libre before 3.0 gives up when it meets an algorithm that it does not
 *  know, instead of taking the next challenge (RFC 8760 section 2.3) */
static bool knows_md5_only(const struct sip_msg *msg)
{
	static const char name[] = "baresip v";
	const struct sip_hdr *hdr = sip_msg_hdr(msg, SIP_HDR_USER_AGENT);
	const size_t len = sizeof(name) - 1;

	return hdr && hdr->val.l > len + 1 && !memcmp(hdr->val.p, name, len) &&
	       hdr->val.p[len] >= '0' && hdr->val.p[len] <= '2' &&
	       hdr->val.p[len + 1] == '.';
}


struct challenge {
	struct auth *auth;
	const struct sip_msg *msg;
	const char *client; /**< address key */
	bool stale;
};


/** The strongest first (RFC 8760 section 2.4), and MD5 last: the libraries of
 *  web pages know it only, and keep the last challenge */
static int print_challenges(struct re_printf *pf, const struct challenge *c)
{
	const char *name = is_register(c->msg) ? "WWW" : "Proxy";
	int i = knows_md5_only(c->msg) ? DIGEST_MD5 : DIGEST_SHA256;
	char nonce[NONCE_SIZE];
	int err = 0;

	nonces_make(c->auth->nonces, nonce, c->client, tmr_jiffies());
	for (; i >= DIGEST_MD5 && !err; i--)
		err = re_hprintf(
			pf,
			"%s-Authenticate: Digest realm=\"%s\", nonce=\"%s\","
			" opaque=\"%s\",%s algorithm=%s, qop=\"auth\"\r\n",
			name, user_store_realm(c->auth->users), nonce,
			c->auth->opaque, c->stale ? " stale=true," : "",
			digest_algorithm_name((enum digest_algorithm)i));

	return err;
}


/**
 * 401 or 407
 *
 * @param st Set: within this transaction. NULL: in none, so that requests
 *           without credentials cost no memory (RFC 3261 section 26.3.2.4)
 */
static void challenge(struct auth *a, const struct sip_msg *msg,
		      struct sip_strans **st, const char *client, bool stale)
{
	struct challenge c = {a, msg, client, stale};
	const bool registers = is_register(msg);
	const uint16_t status = registers ? 401 : 407;
	const char *phrase =
		registers ? "Unauthorized" : "Proxy Authentication Required";

	++a->challenges;
	if (st)
		(void)sip_treplyf(st, NULL, a->sip, msg, false, status, phrase,
				  "%HContent-Length: 0\r\n\r\n",
				  print_challenges, &c);
	else
		(void)sip_replyf(a->sip, msg, status, phrase,
				 "%HContent-Length: 0\r\n\r\n",
				 print_challenges, &c);
}


static void auth_refuse(struct auth *a, const struct sip_msg *msg,
			uint16_t status, const char *phrase, const char *words)
{
	(void)sip_replyf(a->sip, msg, status, phrase,
			 "Warning: 399 parley \"%s\"\r\n"
			 "Content-Length: 0\r\n\r\n",
			 words);
}


static void refuse_busy(struct auth *a, const struct sip_msg *msg)
{
	++a->slowed;
	(void)sip_replyf(a->sip, msg, 503, "Service Unavailable",
			 "Retry-After: %u\r\nContent-Length: 0\r\n\r\n",
			 AUTH_RETRY_AFTER_S);
}


/* -------------------------------------------------------- late refusals */

static void pending_destructor(void *arg)
{
	struct pending *p = arg;

	tmr_cancel(&p->tmr);
	list_unlink(&p->le);
	--p->auth->pending_count;
	mem_deref(p->st);
	mem_deref(p->msg);
}


static void late_h(void *arg)
{
	struct pending *p = arg;

	challenge(p->auth, p->msg, &p->st, p->address_key, false);
	mem_deref(p);
}


static void cancel_h(void *arg)
{
	struct pending *p = arg;

	(void)sip_treply(&p->st, p->auth->sip, p->msg, 487,
			 "Request Terminated");
	mem_deref(p);
}


static int refuse_late(const struct check *c)
{
	struct auth *a = c->auth;
	struct pending *p;
	int err;

	if (a->pending_count >= AUTH_PENDING_MAX)
		return EBUSY;

	p = mem_zalloc(sizeof(*p), pending_destructor);
	if (!p)
		return ENOMEM;

	p->auth = a;
	++a->pending_count;
	list_append(&a->pending, &p->le, p);
	tmr_init(&p->tmr);
	str_ncpy(p->address_key, c->address_key, sizeof(p->address_key));
	str_ncpy(p->user_key, c->user_key, sizeof(p->user_key));
	p->msg = mem_ref((void *)c->msg);
	err = sip_strans_alloc(&p->st, a->sip, c->msg, cancel_h, p);
	if (err)
		mem_deref(p);
	else
		tmr_start(&p->tmr, AUTH_DELAY_MS, late_h, p);

	return err;
}


static bool is_pending(const struct check *c)
{
	struct le *le;

	for (le = list_head(&c->auth->pending); le; le = le->next) {
		const struct pending *p = le->data;

		if ((!c->shared && !strcmp(p->address_key, c->address_key)) ||
		    (!c->proved && !strcmp(p->user_key, c->user_key)))
			return true;
	}

	return c->auth->pending_count >= AUTH_PENDING_MAX;
}


static bool tries_too_often(const struct check *c)
{
	const uint64_t now = tmr_jiffies();

	return auth_throttle_too_many(c->auth->throttle, c->address_key,
				      now) ||
	       (!c->proved &&
		auth_throttle_too_many(c->auth->throttle, c->user_key, now));
}


/** One more wrong password: now, or late if there were too many before */
static void refuse_wrong(const struct check *c, bool late)
{
	struct auth *a = c->auth;
	const uint64_t now = tmr_jiffies();
	struct sip_strans *st = NULL;
	char peer[64], user[4 * AUTH_THROTTLE_KEY_SIZE];
	bool news;

	++a->failures;
	news = auth_throttle_failed(a->throttle, c->user_key, now);
	if (!c->shared)
		news |= auth_throttle_failed(a->throttle, c->address_key, now);
	if (news) {
		(void)re_snprintf(peer, sizeof(peer), "%J", &c->flow->peer);
		log_warn("auth",
			 "wrong passwords are slowed down peer=%s user=%s"
			 " auth_failures=%u",
			 peer,
			 log_escape(user, sizeof(user), c->user_key,
				    strlen(c->user_key)),
			 a->config->auth_failures);
	}

	if (late) {
		++a->slowed;
		if (!refuse_late(c))
			return;
	}

	challenge(a, c->msg, &st, c->address_key, false);
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
	bool slow;

	auth_throttle_user_key(c->user_key, &c->header.username);
	c->proved =
		auth_throttle_knows(a->throttle, c->address_key, c->user_key);
	slow = tries_too_often(c);
	if (slow && is_pending(c)) {
		refuse_busy(a, c->msg);
		return AUTH_ANSWERED;
	}

	switch (auth_judge(c)) {

	case RIGHT: return pass(c, aorp);
	case STALE:
		++a->stale;
		challenge(a, c->msg, NULL, c->address_key, true);
		break;

	case WRONG: refuse_wrong(c, slow); break;
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
	c.registers = is_register(msg);
	c.trusted = identity_flow_trusted(a->config, flow);
	if (is_free(&c) && (c.trusted || !auth_has_users(a)))
		return AUTH_PASS;

	c.shared = config_network_has(a->config->trusted_hosts,
				      a->config->trusted_hosts_count,
				      &flow->peer);
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

	challenge(a, msg, NULL, c.address_key, false);

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
