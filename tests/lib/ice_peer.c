/**
 * @file ice_peer.c  A small browser: full ICE, DTLS-SRTP, one socket
 */
#include <string.h>
#include <unistd.h>
#include "mixer/base/clock.h"
#include "mixer/base/re.h"
#include "mixer/net/srtp.h"
#include "mixer/net/stun.h"
#include "tests/lib/ice_peer.h"


enum {
	CHECK_EVERY_US = 50000,
	CONSENT_EVERY_US = 2500000,
	DRAIN_MAX = 64,
	/* type preference of a peer-reflexive candidate, component 1 */
	CHECK_PRIORITY = (110 << 24) | (65535 << 8) | 255,
};

struct ice_peer {
	struct ice_peer_handlers handlers;
	void *arg;
	int fd;
	struct sa local, remote;
	char ufrag[16], pwd[40];
	char remote_ufrag[16], remote_pwd[40];
	struct transport_fingerprint own, theirs;
	struct dtls_context *context;
	struct dtls_association *dtls;
	enum dtls_role role;
	char profiles[96];
	struct crypto_context *in, *out;
	enum transport_suite suite;
	struct ice_peer_answers answers;
	bool valid, silent, ignores;
	unsigned lose;
	uint64_t checked_us;
	uint8_t transaction[12];
	_Alignas(16) uint8_t buf[TRANSPORT_DATAGRAM_MAX + 16];
};


static void ice_peer_destructor(void *arg)
{
	struct ice_peer *p = arg;

	if (p->fd >= 0) {
		fd_close(p->fd);
		close(p->fd);
	}

	mem_deref(p->dtls);
	mem_deref(p->in);
	mem_deref(p->out);
	mem_deref(p->context);
}


int ice_peer_send_raw(struct ice_peer *p, const uint8_t *buf, size_t len)
{
	return sendto(p->fd, buf, len, MSG_DONTWAIT, &p->remote.u.sa,
		      p->remote.len) < 0
		       ? errno
		       : 0;
}


static void peer_dtls_send(const uint8_t *buf, size_t len, void *arg)
{
	struct ice_peer *p = arg;

	if (p->lose)
		--p->lose;
	else
		(void)ice_peer_send_raw(p, buf, len);
}


/** Keys, once the handshake is through and the certificate fits */
static void peer_keys(struct ice_peer *p)
{
	uint8_t local[SRTP_KEYING_MAX], remote[SRTP_KEYING_MAX];
	size_t len;

	if (p->in || dtls_association_verify(p->dtls, &p->theirs, 1) ||
	    dtls_association_keys(p->dtls, &p->suite, local, remote))
		return;

	len = transport_suite_keying_bytes(p->suite);
	(void)crypto_context_alloc(&p->in, p->suite, true, remote, len);
	(void)crypto_context_alloc(&p->out, p->suite, false, local, len);
}


static void peer_handshake(struct ice_peer *p)
{
	if (p->dtls)
		return;

	if (!dtls_association_alloc(&p->dtls, p->context, p->role,
				    p->profiles[0] ? p->profiles : NULL,
				    peer_dtls_send, p))
		dtls_association_start(p->dtls);
}


/** A check of the transport's: whether we get what it sends */
static void peer_answer(struct ice_peer *p, const struct stun_packet *s)
{
	size_t n = strlen(p->ufrag);
	struct stun_writer w;

	if (p->ignores || s->username_bytes <= n ||
	    memcmp(s->username, p->ufrag, n) != 0 || s->username[n] != ':' ||
	    !stun_packet_authentic(s, p->pwd))
		return;

	stun_write_header(&w, STUN_BINDING_SUCCESS, s->transaction);
	stun_write_mapped(&w, &p->remote);
	stun_write_end(&w, p->pwd);
	(void)ice_peer_send_raw(p, w.buf, w.len);
}


static void peer_stun(struct ice_peer *p, const uint8_t *buf, size_t len)
{
	struct stun_packet s;

	if (stun_packet_decode(&s, buf, len))
		return;

	if (s.type == STUN_BINDING_REQUEST) {
		peer_answer(p, &s);
		return;
	}

	if (memcmp(s.transaction, p->transaction, sizeof(p->transaction)) != 0)
		return;

	if (s.type == STUN_BINDING_ERROR) {
		++p->answers.error;
		p->answers.error_code = s.error;
	}
	else if (s.type == STUN_BINDING_SUCCESS &&
		 stun_packet_authentic(&s, p->remote_pwd)) {
		++p->answers.success;
		p->answers.mapped = s.mapped;
		p->valid = true;
		peer_handshake(p);
	}
}


static void peer_media(struct ice_peer *p, uint8_t *buf, size_t len,
		       uint64_t now_us)
{
	bool rtcp = len > 1 && buf[1] >= 192 && buf[1] <= 223;

	if (!p->in || crypto_context_unprotect(p->in, buf, &len, rtcp, now_us))
		return;

	if (p->handlers.packet)
		p->handlers.packet(buf, len, rtcp, p->arg);
}


static void peer_readable(int flags, void *arg)
{
	struct ice_peer *p = arg;
	uint64_t now_us = clock_us();

	(void)flags;
	for (unsigned i = 0; i < DRAIN_MAX; i++) {
		ssize_t n = recv(p->fd, p->buf, TRANSPORT_DATAGRAM_MAX,
				 MSG_DONTWAIT);

		if (n <= 0)
			break;

		if (p->buf[0] <= 3) {
			peer_stun(p, p->buf, (size_t)n);
		}
		else if (p->buf[0] >= 20 && p->buf[0] <= 63) {
			peer_handshake(p);
			dtls_association_receive(p->dtls, p->buf, (size_t)n);
			peer_keys(p);
		}
		else {
			peer_media(p, p->buf, (size_t)n, now_us);
		}
	}
}


static int peer_open(struct ice_peer *p)
{
	struct sa addr = p->local;
	int err;

	p->fd = socket(sa_af(&addr), SOCK_DGRAM | SOCK_NONBLOCK, 0);
	if (p->fd < 0)
		return errno;

	if (bind(p->fd, &addr.u.sa, addr.len))
		err = errno;
	else
		err = fd_listen(p->fd, FD_READ, peer_readable, p);

	return err;
}


int ice_peer_alloc(struct ice_peer **pp, const struct sa *local,
		   struct dtls_context *dtls, enum dtls_role role,
		   const char *profiles, const struct ice_peer_handlers *h,
		   void *arg)
{
	struct ice_peer *p;
	int err;

	p = mem_zalloc(sizeof(*p), ice_peer_destructor);
	if (!p)
		return ENOMEM;

	p->fd = -1;
	p->local = *local;
	p->context = mem_ref(dtls);
	p->own = *dtls_context_fingerprint(dtls);
	p->role = role;
	p->arg = arg;
	if (h)
		p->handlers = *h;
	if (profiles)
		str_ncpy(p->profiles, profiles, sizeof(p->profiles));

	ice_peer_restart(p);
	err = peer_open(p);
	if (err)
		mem_deref(p);
	else
		*pp = p;

	return err;
}


void ice_peer_restart(struct ice_peer *p)
{
	rand_str(p->ufrag, 9);
	rand_str(p->pwd, 25);
	p->valid = false;
	p->checked_us = 0;
}


int ice_peer_move(struct ice_peer *p)
{
	fd_close(p->fd);
	close(p->fd);
	p->valid = false;
	p->checked_us = 0;
	sa_set_port(&p->local, 0);

	return peer_open(p);
}


int ice_peer_move_to(struct ice_peer *p, const char *host)
{
	int err = sa_set_str(&p->local, host, 0);

	return err ? err : ice_peer_move(p);
}


void ice_peer_ignore(struct ice_peer *p, bool ignore)
{
	p->ignores = ignore;
}


void ice_peer_set_remote(struct ice_peer *p, const struct transport_local *l)
{
	p->remote = l->candidates[0].addr;
	p->theirs = l->fingerprint;
	str_ncpy(p->remote_ufrag, l->ice_ufrag, sizeof(p->remote_ufrag));
	str_ncpy(p->remote_pwd, l->ice_pwd, sizeof(p->remote_pwd));
	p->checked_us = 0;
}


void ice_peer_local(const struct ice_peer *p, struct transport_remote *r)
{
	memset(r, 0, sizeof(*r));
	r->ice_ufrag = p->ufrag;
	r->ice_pwd = p->pwd;
	r->fingerprints[0] = p->own;
	r->fingerprint_count = 1;
	r->dtls_role = p->role == DTLS_ROLE_CLIENT ? DTLS_ROLE_SERVER
						   : DTLS_ROLE_CLIENT;
}


void ice_peer_send_check(struct ice_peer *p, const struct ice_peer_check *c)
{
	static const uint8_t tie[8] = {1, 2, 3, 4, 5, 6, 7, 8};
	static const uint8_t priority[4] = {(uint8_t)(CHECK_PRIORITY >> 24),
					    (uint8_t)(CHECK_PRIORITY >> 16),
					    (uint8_t)(CHECK_PRIORITY >> 8),
					    (uint8_t)CHECK_PRIORITY};
	struct stun_writer w;
	char username[64];
	int n;

	rand_bytes(p->transaction, sizeof(p->transaction));
	n = re_snprintf(username, sizeof(username), "%s:%s",
			c->ufrag ? c->ufrag : p->remote_ufrag, p->ufrag);
	stun_write_header(&w, STUN_BINDING_REQUEST, p->transaction);
	stun_write_attribute(&w, STUN_ATTR_USERNAME, username, (size_t)n);
	if (c->unknown_attribute)
		stun_write_attribute(&w, 0x7ffe, "?", 1);
	stun_write_attribute(&w,
			     c->controlled ? STUN_ATTR_CONTROLLED
					   : STUN_ATTR_CONTROLLING,
			     tie, sizeof(tie));
	stun_write_attribute(&w, STUN_ATTR_PRIORITY, priority,
			     sizeof(priority));
	if (c->use_candidate)
		stun_write_attribute(&w, STUN_ATTR_USE_CAND, NULL, 0);

	stun_write_end(&w, c->without_integrity ? NULL
			   : c->pwd             ? c->pwd
						: p->remote_pwd);
	(void)ice_peer_send_raw(p, w.buf, w.len);
}


void ice_peer_lose(struct ice_peer *p, unsigned count)
{
	p->lose = count;
}


void ice_peer_silence(struct ice_peer *p, bool silent)
{
	p->silent = silent;
}


void ice_peer_tick(struct ice_peer *p, uint64_t now_us)
{
	const struct ice_peer_check check = {.use_candidate = true};
	uint64_t every = p->valid ? CONSENT_EVERY_US : CHECK_EVERY_US;

	if (!p->silent && sa_isset(&p->remote, SA_ALL) &&
	    now_us >= p->checked_us + every) {
		p->checked_us = now_us;
		ice_peer_send_check(p, &check);
	}

	if (p->dtls)
		dtls_association_tick(p->dtls);
}


const struct ice_peer_answers *ice_peer_answers(const struct ice_peer *p)
{
	return &p->answers;
}


bool ice_peer_connected(const struct ice_peer *p)
{
	return p->valid && p->in && p->out;
}


enum dtls_state ice_peer_dtls_state(const struct ice_peer *p)
{
	return p->dtls ? dtls_association_state(p->dtls) : DTLS_HANDSHAKING;
}


enum transport_suite ice_peer_suite(const struct ice_peer *p)
{
	return p->suite;
}


int ice_peer_send(struct ice_peer *p, uint8_t *buf, size_t len, bool rtcp)
{
	int err;

	if (!p->out)
		return ENOTCONN;

	err = crypto_context_protect(p->out, buf, &len, rtcp);
	if (err)
		return err;

	return ice_peer_send_raw(p, buf, len);
}


void ice_peer_close(struct ice_peer *p)
{
	if (p->dtls)
		dtls_association_close(p->dtls);
}
