/**
 * @file test_auth_world.c  A registrar with users, on a transport layer with
 * peers
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "mixer/base/log.h"
#include "signaling/auth/digest.h"
#include "tests/unit/signaling/world/auth_world.h"
#include "tests/unit/unit.h"


static bool call_handler(const struct sip_msg *msg, void *arg)
{
	struct auth_world *w = arg;
	struct flow_info flow;
	char *aor = NULL;

	if (layer_flow(w->layer->layer, msg, &flow))
		return false;

	if (auth_check(w->auth, msg, &flow, &aor) == AUTH_PASS)
		(void)sip_treplyf(NULL, NULL, layer_sip(w->layer->layer), msg,
				  false, 486, "Busy Here",
				  "Warning: 399 parley \"%s\"\r\n"
				  "Content-Length: 0\r\n\r\n",
				  aor ? aor : "nobody");
	mem_deref(aor);

	return true;
}


static const struct layer_method invite = {"INVITE", LAYER_OUTSIDE,
					   call_handler};


struct auth_world *auth_world_open(const char *domain, const char *auth)
{
	struct auth_world *w = mem_zalloc(sizeof(*w), NULL);

	CU_ASSERT_PTR_NOT_NULL_FATAL(w);
	log_level_set(LOG_LEVEL_ERROR);
	w->layer = open_world();
	w->layer->handled = mem_deref(w->layer->handled);
	w->layer->config.domain = (char *)domain;
	w->layer->config.auth = (char *)auth;
	w->layer->config.register_expires_s = 3600;
	w->layer->config.auth_failures = 10;

	(void)snprintf(w->folder, sizeof(w->folder),
		       "/tmp/parley-auth-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(w->folder));
	CU_ASSERT_EQUAL_FATAL(store_alloc(&w->store, w->folder), 0);
	CU_ASSERT_EQUAL_FATAL(user_store_alloc(&w->users, w->store, domain),
			      0);
	CU_ASSERT_EQUAL(user_store_add(w->users, "alice", "secret"), 0);
	CU_ASSERT_EQUAL(user_store_add(w->users, "bob", "secret"), 0);
	CU_ASSERT_EQUAL_FATAL(auth_alloc(&w->auth, w->layer->layer,
					 &w->layer->config, w->users),
			      0);
	CU_ASSERT_EQUAL_FATAL(registrar_alloc(&w->registrar, w->layer->layer,
					      w->auth, &w->layer->config),
			      0);
	CU_ASSERT_EQUAL_FATAL(
		layer_handle(&w->calls, w->layer->layer, &invite, 1, w), 0);

	return w;
}


void auth_world_close(struct auth_world *w)
{
	char path[96];

	mem_deref(w->calls);
	mem_deref(w->registrar);
	mem_deref(w->auth);
	mem_deref(w->layer);
	mem_deref(w->users);
	mem_deref(w->store);
	(void)snprintf(path, sizeof(path), "%s/parley.db", w->folder);
	CU_ASSERT_EQUAL(unlink(path), 0);
	CU_ASSERT_EQUAL(rmdir(w->folder), 0);
	mem_deref(w);
}


/* -------------------------------------------------------------- digest */

static struct pl pl_of(const char *s)
{
	struct pl pl;

	pl_set_str(&pl, s);

	return pl;
}


static struct pl nonce_of(const char *challenge)
{
	struct pl nonce = pl_null;

	(void)re_regex(challenge, strlen(challenge), "nonce=\"[^\"]+\"",
		       &nonce);

	return nonce;
}


static void print_credentials(char *dst, size_t size,
			      const struct auth_world *w, const char *header,
			      const char *method, const struct claim *claim,
			      const char *last)
{
	const char *realm =
		claim->realm ? claim->realm : user_store_realm(w->users);
	const char *user = claim->user ? claim->user : "alice";
	char uri[128], nc[16], ha1[DIGEST_HEX_SIZE], sum[DIGEST_HEX_SIZE];
	struct pl u = pl_of(user), r = pl_of(realm),
		  s = pl_of(claim->password ? claim->password : "secret");
	struct digest_input in = {
		.algorithm = claim->algorithm,
		.ha1 = ha1,
		.nonce = claim->nonce ? pl_of(claim->nonce) : nonce_of(last),
		.method = pl_of(method),
		.qop = pl_of(claim->qop ? claim->qop : "auth"),
		.cnonce = pl_of("c0ffee"),
	};

	(void)re_snprintf(uri, sizeof(uri), "%s%s",
			  strcmp(method, "INVITE") ? "sip:" : "sip:demo@",
			  user_store_realm(w->users));
	(void)re_snprintf(nc, sizeof(nc), "%08x", claim->nc ? claim->nc : 1);
	in.uri = pl_of(claim->uri ? claim->uri : uri);
	in.nc = pl_of(nc);
	CU_ASSERT_EQUAL(digest_ha1(ha1, claim->algorithm, &u, &r, &s), 0);
	CU_ASSERT_EQUAL(digest_response(sum, &in), 0);

	(void)re_snprintf(dst, size,
			  "%s: Digest username=\"%s\", realm=\"%s\","
			  " nonce=\"%r\", uri=\"%r\", response=\"%s\","
			  " algorithm=%s",
			  header, user, realm, &in.nonce, &in.uri, sum,
			  digest_algorithm_name(claim->algorithm));
	if (in.qop.l)
		(void)re_snprintf(dst + strlen(dst), size - strlen(dst),
				  ", qop=%r, nc=%s, cnonce=\"c0ffee\"",
				  &in.qop, nc);
	(void)re_snprintf(dst + strlen(dst), size - strlen(dst), "\r\n");
}


/* ------------------------------------------------------------ requests */

void auth_send_register(struct auth_world *w, struct peer *p,
			const char *headers, const struct claim *claim,
			const char *last)
{
	const char *realm = user_store_realm(w->users);
	char credentials[1024] = "", aor[256];

	if (claim)
		print_credentials(credentials, sizeof(credentials), w,
				  "Authorization", "REGISTER", claim, last);
	(void)re_snprintf(aor, sizeof(aor), "sip:alice@%s", realm);
	++w->number;
	peer_send(p,
		  "REGISTER sip:%s SIP/2.0\r\n"
		  "Via: SIP/2.0/%s @L;branch=z9hG4bKr%u;rport\r\n"
		  "From: <%s>;tag=r%u\r\nTo: <%s>\r\n"
		  "Call-ID: reg\r\nCSeq: %u REGISTER\r\n"
		  "Max-Forwards: 70\r\n%s%sContent-Length: 0\r\n\r\n",
		  realm, flow_transport_name(p->transport), w->number,
		  w->from ? w->from : aor, w->back, w->to ? w->to : aor,
		  w->number - w->back, headers, credentials);
}


const char *auth_register(struct auth_world *w, struct peer *p,
			  const char *headers, const struct claim *claim,
			  const char *last)
{
	auth_send_register(w, p, headers, claim, last);

	return peer_find(p, "SIP/2.0");
}


const char *auth_enrol(struct auth_world *w, struct peer *p,
		       const char *headers)
{
	const char *challenge = auth_register(w, p, headers, NULL, NULL);

	CU_ASSERT_TRUE(has_status(challenge, 401));

	return auth_register(w, p, headers, &(struct claim){NULL}, challenge);
}


const char *auth_invite(struct auth_world *w, struct peer *p, const char *from,
			const struct claim *claim, const char *last)
{
	const char *realm = user_store_realm(w->users);
	char credentials[1024] = "";

	if (claim)
		print_credentials(credentials, sizeof(credentials), w,
				  "Proxy-Authorization", "INVITE", claim,
				  last);
	++w->number;
	peer_send(p,
		  "INVITE sip:demo@%s SIP/2.0\r\n"
		  "Via: SIP/2.0/%s @L;branch=z9hG4bKi%u;rport\r\n"
		  "From: <%s>;tag=i\r\nTo: <sip:demo@%s>\r\n"
		  "Call-ID: call%u\r\nCSeq: 1 INVITE\r\n"
		  "Contact: <sip:alice@@L>\r\n"
		  "Max-Forwards: 70\r\n%sContent-Length: 0\r\n\r\n",
		  realm, flow_transport_name(p->transport), w->number, from,
		  realm, w->number, credentials);

	return peer_find(p, "SIP/2.0");
}


bool has_status(const char *msg, unsigned status)
{
	return !strncmp(msg, "SIP/2.0 ", 8) &&
	       strtoul(msg + 8, NULL, 10) == status;
}
