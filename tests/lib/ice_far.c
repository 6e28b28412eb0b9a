/**
 * @file ice_far.c  A far end that has ICE and nothing above
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "mixer/net/stun.h"
#include "tests/lib/ice_far.h"


static int far_socket(struct ice_far *f, const char *host)
{
	struct sa addr;
	int err = sa_set_str(&addr, host, 0);

	if (err)
		return err;

	f->fd = socket(sa_af(&addr), SOCK_DGRAM | SOCK_NONBLOCK, 0);
	if (f->fd < 0 || bind(f->fd, &addr.u.sa, addr.len))
		return errno;

	f->addr.len = sizeof(f->addr.u);

	return getsockname(f->fd, &f->addr.u.sa, &f->addr.len) ? errno : 0;
}


int ice_far_open(struct ice_far *f, const char *host)
{
	memset(f, 0, sizeof(*f));
	rand_str(f->ufrag, 9);
	rand_str(f->pwd, 25);

	return far_socket(f, host);
}


void ice_far_close(struct ice_far *f)
{
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
}


int ice_far_move(struct ice_far *f, const char *host)
{
	const int before = f->fd;
	int err = far_socket(f, host);

	/* not sooner, or it had the same port again */
	close(before);

	return err;
}


void ice_far_set_remote(struct ice_far *f, const struct sa *to,
			const char *ufrag, const char *pwd)
{
	f->to = *to;
	str_ncpy(f->to_ufrag, ufrag, sizeof(f->to_ufrag));
	str_ncpy(f->to_pwd, pwd, sizeof(f->to_pwd));
}


void ice_far_send(const struct ice_far *f, const void *buf, size_t len)
{
	(void)!sendto(f->fd, buf, len, 0, &f->to.u.sa, f->to.len);
}


void ice_far_check(struct ice_far *f, const char *pwd)
{
	static const uint8_t tie[8] = {1}, priority[4] = {110, 255, 255, 255};
	uint8_t transaction[12];
	struct stun_writer w;
	char username[64];
	int n = re_snprintf(username, sizeof(username), "%s:%s", f->to_ufrag,
			    f->ufrag);

	rand_bytes(transaction, sizeof(transaction));
	stun_write_header(&w, STUN_BINDING_REQUEST, transaction);
	stun_write_attribute(&w, STUN_ATTR_USERNAME, username, (size_t)n);
	stun_write_attribute(&w, STUN_ATTR_CONTROLLING, tie, sizeof(tie));
	stun_write_attribute(&w, STUN_ATTR_PRIORITY, priority,
			     sizeof(priority));
	stun_write_attribute(&w, STUN_ATTR_USE_CAND, NULL, 0);
	stun_write_end(&w, pwd ? pwd : f->to_pwd);
	ice_far_send(f, w.buf, w.len);
}


static void far_answer(struct ice_far *f, const struct stun_packet *p)
{
	const size_t n = strlen(f->ufrag);
	struct stun_writer w;

	if (p->username_bytes <= n || memcmp(p->username, f->ufrag, n) != 0 ||
	    !stun_packet_authentic(p, f->pwd))
		return;

	++f->asked;
	if (f->ignores)
		return;

	stun_write_header(&w, STUN_BINDING_SUCCESS, p->transaction);
	stun_write_mapped(&w, &f->to);
	stun_write_end(&w, f->pwd);
	ice_far_send(f, w.buf, w.len);
}


static void far_stun(struct ice_far *f, const uint8_t *buf, size_t len)
{
	struct stun_packet p;

	if (stun_packet_decode(&p, buf, len))
		return;

	if (p.type == STUN_BINDING_REQUEST)
		far_answer(f, &p);
	else if (p.type == STUN_BINDING_SUCCESS)
		++f->answered;
}


void ice_far_drain(struct ice_far *f)
{
	uint8_t buf[ICE_FAR_DATAGRAM_MAX];
	ssize_t n;

	while ((n = recv(f->fd, buf, sizeof(buf), MSG_DONTWAIT)) > 0) {
		if (buf[0] <= 3) {
			far_stun(f, buf, (size_t)n);
			continue;
		}

		++f->count;
		f->bytes += (size_t)n;
		f->last_len = (size_t)n;
		memcpy(f->last, buf, (size_t)n);
	}
}
