/**
 * @file tests/bench/load_media.c  RTP of a generator's legs, in real time
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include "mixer/base/re.h"
#include "mixer/net/rtcp.h"
#include "mixer/net/rtp.h"
#include "tests/bench/load.h"

enum {
	LEVEL_ID = 1,
	LOOK_MS = 20,
	RECEIVE_BUFFER = 1 << 20,
	REPORT_MS = 1000,
};

/* Time without a CPU that is told, of 1: lateness is not Parley's then */
static const double WAITED_NOTED = 0.01;

/* What epoll's events mean */
static char timer_event, sip_event;


void load_die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}


int load_socket(struct sockaddr_in *local)
{
	socklen_t len = sizeof(*local);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	int size = RECEIVE_BUFFER;

	*local = (struct sockaddr_in){.sin_family = AF_INET};
	local->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)local, sizeof(*local)) ||
	    getsockname(fd, (struct sockaddr *)local, &len))
		load_die("socket");

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));

	return fd;
}


void load_send(struct load *l, struct load_leg *leg, bool marker,
	       const uint8_t *payload, size_t len, int level)
{
	uint8_t dbov = (uint8_t)level;
	struct rtp_extension_element x = {LEVEL_ID, 1, &dbov};
	uint8_t buf[LOAD_DATAGRAM_MAX];
	size_t n = rtp_packet_encode(
		buf, sizeof(buf), (uint8_t)l->payload_type, marker, leg->seq++,
		leg->timestamp, leg->ssrc, &x, level < 0 ? 0 : 1);

	memcpy(buf + n, payload, len);
	n += len;
	if (leg->protect &&
	    crypto_context_protect(leg->protect, buf, &n, false))
		load_die("SRTP");

	if (sendto(leg->fd, buf, n, 0, (struct sockaddr *)&leg->remote,
		   sizeof(leg->remote)) > 0)
		leg->sent++;
}


static void take(struct load_leg *leg, const uint8_t *buf, size_t len)
{
	struct rtp_packet p;

	/* RTCP comes on the same port (RFC 5761 section 4) */
	if (len < RTP_HEADER_BYTES || (buf[1] >= 192 && buf[1] <= 223) ||
	    rtp_packet_decode(&p, buf, len))
		return;

	leg->received++;
	leg->marks += p.marker;
	if (leg->seq_first < 0) {
		leg->seq_first = leg->seq_highest = p.seq;
	}
	else {
		int64_t seq = rtp_seq_extend(leg->seq_highest, p.seq);

		if (seq > leg->seq_highest)
			leg->seq_highest = seq;
	}
}


static void drain(struct load_leg *leg, uint64_t now_us)
{
	uint8_t buf[LOAD_DATAGRAM_MAX];
	ssize_t n;

	while ((n = recv(leg->fd, buf, sizeof(buf), 0)) > 0) {
		size_t len = (size_t)n;

		if (leg->unprotect && n > RTP_HEADER_BYTES &&
		    !(buf[1] >= 192 && buf[1] <= 223) &&
		    crypto_context_unprotect(leg->unprotect, buf, &len, false,
					     now_us))
			continue;

		take(leg, buf, len);
	}
}


static void watch(int epfd, int fd, void *what)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.ptr = what};

	if (epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &ev))
		load_die("epoll");
}


/* That it is there, which is all that it ever says */
static void report(const struct load_leg *leg)
{
	uint8_t buf[64 + TRANSPORT_TRAILER_MAX];
	struct rtcp_writer w = {buf, 64, 0};
	size_t n;

	(void)rtcp_write_rr(&w, leg->ssrc, NULL, 0);
	n = w.len;
	if (leg->protect &&
	    crypto_context_protect(leg->protect, buf, &n, true))
		load_die("SRTCP");

	(void)!sendto(leg->fd, buf, n, 0,
		      (const struct sockaddr *)&leg->remote,
		      sizeof(leg->remote));
}


/* Sockets are looked at in turn, not waited for: a waiting reader would be
 * woken at the expense of the mixer, which a network card does not do */
static void beat(struct load *l, unsigned ms)
{
	for (unsigned i = ms % LOOK_MS; i < l->leg_count; i += LOOK_MS)
		drain(&l->legs[i], ms * 1000ull + 1);

	for (unsigned i = ms % REPORT_MS; i < l->leg_count; i += REPORT_MS) {
		if (l->legs[i].listens_only)
			report(&l->legs[i]);
	}

	l->sendh(l, ms);
}


/* Move packets both ways for some seconds */
static void move(struct load *l, int epfd, int timer, unsigned seconds)
{
	static unsigned ms;
	unsigned end = ms + seconds * 1000;

	while (ms < end) {
		struct epoll_event ev[2];
		int n = epoll_wait(epfd, ev, 2, 1000);
		uint64_t due;

		for (int k = 0; k < n; k++) {
			if (ev[k].data.ptr == &sip_event)
				load_sip_read(l);
			else if (read(timer, &due, sizeof(due)) > 0)
				for (; due && ms < end; due--)
					beat(l, ms++);
		}
	}
}


static void open_legs(struct load *l)
{
	for (unsigned i = 0; i < l->leg_count; i++) {
		struct load_leg *leg = &l->legs[i];
		struct sockaddr_in local;
		uint8_t keying[SRTP_KEYING_MAX];

		leg->fd = load_socket(&local);
		leg->port = ntohs(local.sin_port);
		leg->ssrc = 0x10000000u + i;
		if (l->suite == TRANSPORT_SUITE_NONE)
			continue;

		if (sdes_generate(l->suite, keying, leg->key,
				  sizeof(leg->key)) ||
		    crypto_context_alloc(
			    &leg->protect, l->suite, false, keying,
			    transport_suite_keying_bytes(l->suite)))
			load_die("SRTP");
	}
}


static void count_from_now(struct load *l)
{
	for (unsigned i = 0; i < l->leg_count; i++) {
		struct load_leg *leg = &l->legs[i];

		leg->sent = leg->received = leg->marks = 0;
		leg->seq_first = leg->seq_highest = -1;
	}
}


static void sum_up(const struct load *l, struct load_result *r, double wall)
{
	uint64_t sent = 0, received = 0, marks = 0;
	int64_t expected = 0;

	for (unsigned i = 0; i < l->leg_count; i++) {
		const struct load_leg *leg = &l->legs[i];

		sent += leg->sent;
		received += leg->received;
		marks += leg->marks;
		if (leg->seq_first >= 0)
			expected += leg->seq_highest - leg->seq_first + 1;
	}

	r->packets_in = (double)sent / wall;
	r->packets_out = (double)received / wall;
	r->marks = (double)marks / wall / l->leg_count;
	r->loss_out = expected
			      ? 100 * (1 - (double)received / (double)expected)
			      : 100;
}


void load_run(struct load *l, struct load_result *r)
{
	const struct itimerspec every_ms = {{0, 1000000}, {0, 1}};
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
	int epfd = epoll_create1(0);
	struct load_moment from, to;
	double wall, waited;

	load_flow_open(l);
	watch(epfd, timer, &timer_event);
	watch(epfd, load_flow_fd(), &sip_event);
	open_legs(l);
	load_dial(l);
	timerfd_settime(timer, 0, &every_ms, NULL);

	move(l, epfd, timer, l->settle_s);
	count_from_now(l);
	load_moment(l, &from);
	move(l, epfd, timer, l->seconds);
	load_moment(l, &to);
	sum_up(l, r, to.time_s - from.time_s);
	load_stats(l, r);
	load_hang_up(l);

	wall = to.time_s - from.time_s;
	r->focus_cores = (to.focus_s - from.focus_s) / wall;
	r->mixer_cores = (to.mixer_s - from.mixer_s) / wall;
	waited = (to.waited_s - from.waited_s) / wall;
	if (waited > WAITED_NOTED)
		fprintf(stderr,
			"bench: other programs kept the mixer's media thread "
			"waiting for a CPU, %.0f ms a second\n",
			1000 * waited);
}
