/**
 * @file test_ice_stream.c  ICE by TCP: what a connection must begin with, and
 * how it ends
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "mixer/base/clock.h"
#include "mixer/net/framing.h"
#include "mixer/net/net_private.h"
#include "mixer/net/stun.h"
#include "tests/unit/mixer/net/loopback.h"
#include "tests/unit/unit.h"


/** A far end's end of a connection, and what it does not tell of itself */
struct far {
	int fd, handed; /**< ours, and the one for the net */
};


/** @param host Where it connects from */
static void far_open(struct far *f, const char *host)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), small = 4096;
	struct sa addr, from;

	sa_set_str(&addr, "127.0.0.1", 0);
	sa_set_str(&from, host, 0);
	CU_ASSERT_FATAL(!bind(fd, &addr.u.sa, addr.len) && !listen(fd, 1));
	addr.len = sizeof(addr.u);
	CU_ASSERT_FATAL(!getsockname(fd, &addr.u.sa, &addr.len));
	f->fd = socket(AF_INET, SOCK_STREAM, 0);
	(void)setsockopt(f->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	CU_ASSERT_FATAL(!bind(f->fd, &from.u.sa, from.len));
	CU_ASSERT_FATAL(!connect(f->fd, &addr.u.sa, addr.len));
	f->handed = accept4(fd, NULL, NULL, SOCK_NONBLOCK);
	CU_ASSERT_FATAL(f->handed >= 0);
	close(fd);
}


static void far_say(const struct far *f, const void *bytes, size_t n)
{
	CU_ASSERT_EQUAL(send(f->fd, bytes, n, MSG_NOSIGNAL), (ssize_t)n);
}


static void write_check(struct stun_writer *w, const char *ufrag,
			const char *pwd, bool nominate)
{
	static const uint8_t transaction[12] = {1, 2, 3};
	char name[64];
	int n = re_snprintf(name, sizeof(name), "%s:far", ufrag);

	stun_write_header(w, STUN_BINDING_REQUEST, transaction);
	stun_write_attribute(w, STUN_ATTR_USERNAME, name, (size_t)n);
	if (nominate)
		stun_write_attribute(w, STUN_ATTR_USE_CAND, NULL, 0);
	stun_write_end(w, pwd);
}


/** A check, framed, of those credentials */
static void far_check(const struct far *f, const char *ufrag, const char *pwd,
		      bool nominate)
{
	struct stun_writer w;
	uint8_t head[FRAMING_HEAD_BYTES];

	write_check(&w, ufrag, pwd, nominate);
	head[0] = (uint8_t)(w.len >> 8);
	head[1] = (uint8_t)w.len;
	far_say(f, head, sizeof(head));
	far_say(f, w.buf, w.len);
}


/** One that is the transport's */
static void far_join(struct far *f, struct loopback *l)
{
	struct transport_local local;

	transport_local(l->transport, &local);
	far_open(f, "127.0.0.1");
	far_check(f, local.ice_ufrag, local.ice_pwd, true);
	CU_ASSERT_EQUAL_FATAL(net_take_stream(l->net, f->handed), 0);
}


static void open_world(struct loopback *l)
{
	loopback_open(l, DTLS_ROLE_CLIENT, NULL);
	loopback_signal(l);
	ice_peer_silence(l->peer, true);
	loopback_settle(l->net, l->peer);
}


static void a_check_is_answered_and_makes_a_path(void)
{
	uint8_t buf[512], *frame;
	struct frame_reader r;
	struct stun_packet p;
	struct loopback l;
	struct far f;
	size_t len;
	ssize_t n;

	open_world(&l);
	CU_ASSERT_PTR_NULL(transport_path(l.transport));
	far_join(&f, &l);
	CU_ASSERT_STRING_EQUAL(transport_path(l.transport), "tcp");
	/* it could not have connected from where it is not */
	CU_ASSERT_TRUE(l.transport->ice.selected->proven);

	n = recv(f.fd, buf, sizeof(buf), 0);
	CU_ASSERT_FATAL(n > 0);
	memset(&r, 0, sizeof(r));
	memcpy(frame_room(&r, &len), buf, (size_t)n);
	frame_received(&r, (size_t)n);
	CU_ASSERT_EQUAL_FATAL(frame_next(&r, &frame, &len), 0);
	CU_ASSERT_EQUAL_FATAL(stun_packet_decode(&p, frame, len), 0);
	CU_ASSERT_EQUAL(p.type, STUN_BINDING_SUCCESS);
	close(f.fd);
	loopback_close(&l);
}


/** Whatever is no check of a transport's is closed at once */
static void strangers_are_closed(void)
{
	static const uint8_t huge[2000] = {0xff, 0xff}, empty[2] = {0, 0};
	struct transport_local local;
	struct loopback l;
	unsigned before;

	open_world(&l);
	transport_local(l.transport, &local);
	before = unit_descriptors();
	for (int kind = 0; kind < 7; kind++) {
		struct far f;
		char byte;

		far_open(&f, "127.0.0.1");
		switch (kind) {

		case 0: break;
		case 1: far_say(&f, huge, 1); break;
		case 2: far_say(&f, huge, sizeof(huge)); break;
		case 3: far_say(&f, empty, sizeof(empty)); break;
		case 4: far_check(&f, "nobodyxx", local.ice_pwd, true); break;
		case 5: far_check(&f, local.ice_ufrag, NULL, true); break;
		case 6:
			far_check(&f, local.ice_ufrag,
				  "0123456789012345678901", true);
			break;
		}
		CU_ASSERT_EQUAL(net_take_stream(l.net, f.handed), EACCES);
		/* nothing is answered, not even to who knows the ufrag */
		CU_ASSERT(recv(f.fd, &byte, 1, 0) <= 0);
		close(f.fd);
	}
	CU_ASSERT_EQUAL(unit_descriptors(), before);
	CU_ASSERT_EQUAL(list_count(&l.net->streams), 0);
	CU_ASSERT_PTR_NULL(transport_path(l.transport));
	loopback_close(&l);
}


/** More than a few of one transport: the one longest unchecked goes */
static void connections_stay_bounded(void)
{
	struct far fars[3 * ICE_STREAM_MAX];
	struct loopback l;
	unsigned before = unit_descriptors();

	open_world(&l);
	for (size_t i = 0; i < ARRAY_SIZE(fars); i++) {
		far_join(&fars[i], &l);
		CU_ASSERT(list_count(&l.net->streams) <= ICE_STREAM_MAX);
	}
	CU_ASSERT_EQUAL(list_count(&l.net->streams), ICE_STREAM_MAX);
	loopback_close(&l);
	for (size_t i = 0; i < ARRAY_SIZE(fars); i++)
		close(fars[i].fd);
	CU_ASSERT_EQUAL(unit_descriptors(), before);
}


/** Legs of one host, and their connections in order */
struct school {
	struct transport *legs[NET_STREAMS_HOST_MAX + 8];
	struct far fars[2 * NET_STREAMS_HOST_MAX + 16];
	size_t leg_count, far_count;
	struct heard heard;
};


static struct transport *school_leg(struct school *s, struct loopback *l)
{
	struct transport **leg = &s->legs[s->leg_count++];

	CU_ASSERT_FATAL(s->leg_count <= ARRAY_SIZE(s->legs));
	CU_ASSERT_EQUAL_FATAL(transport_alloc(leg, l->net, TRANSPORT_WEBRTC, 0,
					      TRANSPORT_SUITE_NONE,
					      &loopback_handlers, &s->heard),
			      0);

	return *leg;
}


static int school_join(struct school *s, struct loopback *l,
		       const struct transport *leg, bool nominate)
{
	struct far *f = &s->fars[s->far_count++];
	struct transport_local local;

	CU_ASSERT_FATAL(s->far_count <= ARRAY_SIZE(s->fars));
	transport_local(leg, &local);
	far_open(f, "127.0.0.1");
	far_check(f, local.ice_ufrag, local.ice_pwd, nominate);

	return net_take_stream(l->net, f->handed);
}


static void school_close(struct school *s)
{
	for (size_t i = 0; i < s->leg_count; i++)
		mem_deref(s->legs[i]);
	for (size_t i = 0; i < s->far_count; i++)
		close(s->fars[i].fd);
}


static bool far_is_over(const struct far *f)
{
	uint8_t buf[2048];
	ssize_t n;

	while ((n = recv(f->fd, buf, sizeof(buf), MSG_DONTWAIT)) > 0)
		;

	return !n;
}


/** Each by its own connection, however many there are */
static void a_school_without_udp_is_heard(void)
{
	static struct school s;
	struct loopback l;

	memset(&s, 0, sizeof(s));
	open_world(&l);
	for (size_t i = 0; i < ARRAY_SIZE(s.legs); i++)
		CU_ASSERT_EQUAL(school_join(&s, &l, school_leg(&s, &l), true),
				0);
	for (size_t i = 0; i < s.leg_count; i++) {
		CU_ASSERT_PTR_NOT_NULL(transport_path(s.legs[i]));
		CU_ASSERT_FALSE(far_is_over(&s.fars[i]));
	}
	school_close(&s);
	loopback_close(&l);
}


/** Of those that nothing goes by the oldest makes room for who may need it */
static void unused_connections_of_one_host_make_room(void)
{
	enum { EACH = 3, LEGS = NET_STREAMS_HOST_MAX / EACH + 1 };
	static struct school s;
	struct loopback l;
	size_t before;

	memset(&s, 0, sizeof(s));
	open_world(&l);
	/* the first of each leg is what it goes by */
	for (size_t i = 0; i < LEGS; i++) {
		struct transport *leg = school_leg(&s, &l);

		CU_ASSERT_EQUAL(school_join(&s, &l, leg, true), 0);
		for (size_t k = 0; k < EACH; k++)
			CU_ASSERT_EQUAL(school_join(&s, &l, leg, false), 0);
	}
	before = list_count(&l.net->streams);
	CU_ASSERT_EQUAL(before, LEGS + NET_STREAMS_HOST_MAX);
	for (size_t i = 0; i < s.leg_count; i++) {
		CU_ASSERT_PTR_NOT_NULL(transport_path(s.legs[i]));
		CU_ASSERT_FALSE(far_is_over(&s.fars[(EACH + 1) * i]));
	}
	/* those beyond, and no others */
	for (size_t i = 1; i <= EACH; i++)
		CU_ASSERT_EQUAL(far_is_over(&s.fars[i]),
				i <= LEGS * EACH - NET_STREAMS_HOST_MAX);

	/* a stranger takes nobody's */
	far_open(&s.fars[s.far_count], "127.0.0.1");
	far_check(&s.fars[s.far_count], "nobody", "password", false);
	CU_ASSERT_EQUAL(net_take_stream(l.net, s.fars[s.far_count++].handed),
			EACCES);
	CU_ASSERT_EQUAL(list_count(&l.net->streams), before);
	school_close(&s);
	loopback_close(&l);
}


static unsigned paths_of(const struct loopback *l, bool stream)
{
	unsigned n = 0;

	for (size_t i = 0; i < ICE_PATH_MAX; i++) {
		const struct path *path = &l->transport->ice.paths[i];

		n += path->transport && (path->port->stream != NULL) == stream;
	}

	return n;
}


/** Good checks from so many ports of UDP, none nominating */
static void check_by_udp(struct loopback *l, unsigned ports)
{
	struct transport_local local;
	struct stun_writer w;
	int fds[ICE_PATH_MAX];
	struct sa to, from;

	transport_local(l->transport, &local);
	write_check(&w, local.ice_ufrag, local.ice_pwd, false);
	sa_set_str(&to, "127.0.0.1", net_webrtc_port(l->net));
	for (unsigned i = 0; i < ports; i++) {
		const unsigned before = paths_of(l, false);

		/* closed too soon its port may be the next one's */
		fds[i] = loopback_socket("127.0.0.1", &from);
		CU_ASSERT_EQUAL(
			sendto(fds[i], w.buf, w.len, 0, &to.u.sa, to.len),
			(ssize_t)w.len);
		loopback_settle(l->net, NULL);
		CU_ASSERT_EQUAL(paths_of(l, false), before + 1);
	}
	while (ports--)
		close(fds[ports]);
}


/** Where UDP has every place, the one longest unchecked goes */
static void a_connection_finds_a_place_among_udp(void)
{
	struct loopback l;
	struct far f[2];

	open_world(&l);
	check_by_udp(&l, ICE_PATH_MAX);
	far_join(&f[0], &l);
	CU_ASSERT_EQUAL(paths_of(&l, false), ICE_PATH_MAX - 1);
	CU_ASSERT_STRING_EQUAL(transport_path(l.transport), "tcp");
	/* the selected one stays until the new one is nominated */
	far_join(&f[1], &l);
	CU_ASSERT_EQUAL(paths_of(&l, false), ICE_PATH_MAX - 2);
	CU_ASSERT_EQUAL(paths_of(&l, true), 2);
	CU_ASSERT_EQUAL(list_count(&l.net->streams), 2);
	close(f[0].fd);
	close(f[1].fd);
	loopback_close(&l);
}


static void a_second_connection_finds_a_place_among_udp(void)
{
	struct loopback l;
	struct far f[2];

	open_world(&l);
	far_join(&f[0], &l);
	check_by_udp(&l, ICE_PATH_MAX - 1);
	CU_ASSERT_STRING_EQUAL(transport_path(l.transport), "tcp");
	far_join(&f[1], &l);
	CU_ASSERT_EQUAL(paths_of(&l, true), 2);
	CU_ASSERT_EQUAL(paths_of(&l, false), ICE_PATH_MAX - 2);
	close(f[0].fd);
	close(f[1].fd);
	loopback_close(&l);
}


/** Who looked at its first bytes waited for many; it hears of each */
static void it_wakes_for_every_byte(void)
{
	socklen_t size = sizeof(int);
	struct transport_local local;
	struct loopback l;
	struct far f;
	int bytes = 100;

	open_world(&l);
	transport_local(l.transport, &local);
	far_open(&f, "127.0.0.1");
	(void)setsockopt(f.handed, SOL_SOCKET, SO_RCVLOWAT, &bytes, size);
	far_check(&f, local.ice_ufrag, local.ice_pwd, true);
	CU_ASSERT_EQUAL_FATAL(net_take_stream(l.net, f.handed), 0);
	CU_ASSERT_EQUAL(
		getsockopt(f.handed, SOL_SOCKET, SO_RCVLOWAT, &bytes, &size),
		0);
	CU_ASSERT_EQUAL(bytes, 1);
	close(f.fd);
	loopback_close(&l);
}


static bool has_no_stream(void *arg)
{
	const struct loopback *l = arg;

	return !list_count(&l->net->streams);
}


/** By the far end, by what it says, and by its silence */
static void it_ends_with_its_path(void)
{
	static const uint8_t huge[2] = {0xff, 0xff};

	for (int kind = 0; kind < 3; kind++) {
		struct loopback l;
		struct far f;

		open_world(&l);
		far_join(&f, &l);
		if (kind == 0)
			(void)shutdown(f.fd, SHUT_RDWR);
		else if (kind == 1)
			far_say(&f, huge, sizeof(huge));
		else
			net_tick(l.net, clock_us() + ICE_CONSENT_US + 1000000);
		CU_ASSERT_TRUE(loopback_until(l.net, NULL, has_no_stream, &l));
		CU_ASSERT_PTR_NULL(transport_path(l.transport));
		/* and it comes again */
		close(f.fd);
		far_join(&f, &l);
		CU_ASSERT_STRING_EQUAL(transport_path(l.transport), "tcp");
		close(f.fd);
		loopback_close(&l);
	}
}


/** A connection is of one agent */
static void it_cannot_be_anothers(void)
{
	struct transport_local local;
	struct transport *other = NULL;
	struct heard heard = {0};
	struct loopback l;
	struct far f;

	open_world(&l);
	far_join(&f, &l);
	CU_ASSERT_EQUAL_FATAL(transport_alloc(&other, l.net, TRANSPORT_WEBRTC,
					      0, TRANSPORT_SUITE_NONE,
					      &loopback_handlers, &heard),
			      0);
	transport_local(other, &local);
	far_check(&f, local.ice_ufrag, local.ice_pwd, true);
	loopback_settle(l.net, NULL);
	CU_ASSERT_PTR_NULL(transport_path(other));
	CU_ASSERT_STRING_EQUAL(transport_path(l.transport), "tcp");
	mem_deref(other);
	close(f.fd);
	loopback_close(&l);
}


enum { PACKETS = 8, PACKET_BYTES = 1100, BURSTS = 400 };

/** Numbered packets, each full of its number */
static unsigned send_bursts(struct loopback *l)
{
	static uint8_t packets[PACKETS][PACKET_BYTES];
	struct path *path = l->transport->ice.selected;
	uint64_t errors = net_stats(l->net)->send_errors;
	uint8_t *bufs[PACKETS];
	size_t lens[PACKETS];

	for (unsigned b = 0; b < BURSTS; b++) {
		for (unsigned i = 0; i < PACKETS; i++) {
			memset(packets[i], (uint8_t)(b + i), PACKET_BYTES);
			bufs[i] = packets[i];
			lens[i] = PACKET_BYTES - (b & 63);
		}
		(void)port_send_burst(path->port, &path->addr, bufs, lens,
				      PACKETS);
	}

	return (unsigned)(net_stats(l->net)->send_errors - errors);
}


/** Nobody reads: what does not fit is lost, whole, and the rest arrives whole
 */
static void frames_are_lost_whole(void)
{
	struct frame_reader r;
	struct loopback l;
	struct far f;
	unsigned lost, got = 0;
	uint8_t *frame;
	size_t len;

	open_world(&l);
	far_join(&f, &l);
	lost = send_bursts(&l);
	CU_ASSERT(lost > BURSTS);
	CU_ASSERT(lost < BURSTS * PACKETS);

	memset(&r, 0, sizeof(r));
	for (;;) {
		uint8_t *room = frame_room(&r, &len);
		ssize_t n =
			recv(f.fd, room, len < 999 ? len : 999, MSG_DONTWAIT);

		/* what is left of a frame goes when there is room */
		loopback_settle(l.net, NULL);
		if (n <= 0 && got + lost >= BURSTS * PACKETS)
			break;
		if (n > 0)
			frame_received(&r, (size_t)n);
		while (!frame_next(&r, &frame, &len)) {
			if (frame[0] <= 3 && len < 200)
				continue; /* an answer to a check */
			CU_ASSERT_FATAL(len > PACKET_BYTES - 64);
			for (size_t i = 1; i < len; i++)
				CU_ASSERT_EQUAL_FATAL(frame[i], frame[0]);
			got++;
		}
	}
	CU_ASSERT_EQUAL(got + lost, BURSTS * PACKETS);
	close(f.fd);
	loopback_close(&l);
}


static CU_TestInfo tests[] = {
	{"a check is answered and makes a path",
	 a_check_is_answered_and_makes_a_path},
	{"strangers are closed", strangers_are_closed},
	{"connections stay bounded", connections_stay_bounded},
	{"a school without UDP is heard", a_school_without_udp_is_heard},
	{"unused connections of one host make room",
	 unused_connections_of_one_host_make_room},
	{"a connection finds a place among UDP",
	 a_connection_finds_a_place_among_udp},
	{"a second connection finds a place among UDP",
	 a_second_connection_finds_a_place_among_udp},
	{"it wakes for every byte", it_wakes_for_every_byte},
	{"it ends with its path", it_ends_with_its_path},
	{"it cannot be another's", it_cannot_be_anothers},
	{"frames are lost whole", frames_are_lost_whole},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(ice_stream, tests)
