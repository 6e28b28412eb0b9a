/**
 * @file bench_relay.c  What a packet of a relay costs, and how late it is
 *
 * Two processes, each on a processor of its own where there are two: this one
 * is both far ends; the other one is a net with a relay, or in its place a
 * loop that receives and sends the same packets, which is what the kernel can
 * do at best. Packets a second of its processor time and their ratio, medians
 * of rounds that take turns; and the median of the time from send to receive.
 */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include "mixer/base/clock.h"
#include "mixer/net/net_private.h"
#include "tests/lib/ice_far.c"


enum {
	ROUNDS = 15,
	ROUND_US = 200000,
	WINDOW = 32,    /**< packets under way */
	WAIT_MS = 5000, /**< others want the processors, too */
	DELAYS = 1000,
	PACE_US = 1000,
	TICK_MS = 20,
};

/** Where packets are sent to, and come from again */
struct hop {
	const char *name;
	pid_t pid;
	clockid_t cpu; /**< its processor time */
	struct ice_far from, to;
};

/** What the other process tells of its relay */
struct told {
	struct sa addr;
	char ufrag[2][16], pwd[2][40];
};


static void must(bool is, const char *what)
{
	if (is)
		return;

	(void)fprintf(stderr, "bench_relay: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}


/** Harmless where there is only one */
static void on_processor(int n)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(n, &set);
	(void)sched_setaffinity(0, sizeof(set), &set);
}


/* ------------------------------------------------------- the other process */

static void bare(const struct sa *to, int told)
{
	static uint8_t buf[TRANSPORT_DATAGRAM_MAX];
	struct told t = {.addr = *to};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	sa_set_port(&t.addr, 0);
	must(!bind(fd, &t.addr.u.sa, t.addr.len), "bind");
	t.addr.len = sizeof(t.addr.u);
	must(!getsockname(fd, &t.addr.u.sa, &t.addr.len), "getsockname");
	must(write(told, &t, sizeof(t)) == sizeof(t), "write");
	while (true) {
		struct sa src = {.len = sizeof(src.u)};
		ssize_t n =
			recvfrom(fd, buf, sizeof(buf), 0, &src.u.sa, &src.len);

		if (n > 0)
			(void)!sendto(fd, buf, (size_t)n, 0, &to->u.sa,
				      to->len);
	}
}


static struct tmr tick_tmr;


static void tick(void *arg)
{
	net_tick(arg, clock_us());
	tmr_start(&tick_tmr, TICK_MS, tick, arg);
}


static void relay(const struct ice_far far[2], int told)
{
	static const struct transport_handlers none = {.state = NULL};
	struct net_config config = {.media_address_count = 1};
	struct net *net = NULL;
	struct told t;

	must(!libre_init(), "libre");
	sa_set_str(&config.media_addresses[0], "127.0.0.1", 0);
	must(!net_alloc(&net, &config), "net");
	for (size_t i = 0; i < 2; i++) {
		struct transport_remote r = {.ice_ufrag = far[i].ufrag,
					     .ice_pwd = far[i].pwd,
					     .relay = 1};
		struct transport_local local;
		struct transport *end = NULL;

		must(!transport_alloc(&end, net, TRANSPORT_RELAY, 0,
				      TRANSPORT_SUITE_NONE, &none, NULL) &&
			     !transport_set_remote(end, &r),
		     "transport");
		transport_local(end, &local);
		t.addr = local.candidates[0].addr;
		str_ncpy(t.ufrag[i], local.ice_ufrag, sizeof(t.ufrag[i]));
		str_ncpy(t.pwd[i], local.ice_pwd, sizeof(t.pwd[i]));
	}
	must(write(told, &t, sizeof(t)) == sizeof(t), "write");
	tmr_init(&tick_tmr);
	tick(net);
	(void)re_main(NULL);
}


static void begin(struct hop *h, const char *name, bool is_relay)
{
	struct ice_far *far[2] = {&h->from, &h->to};
	struct told t;
	int fds[2];

	h->name = name;
	must(!pipe(fds), "pipe");
	for (size_t i = 0; i < 2; i++)
		must(!ice_far_open(far[i], "127.0.0.1"), "socket");

	h->pid = fork();
	must(h->pid >= 0, "fork");
	if (!h->pid) {
		on_processor(0);
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (is_relay)
			relay((const struct ice_far[2]){h->from, h->to},
			      fds[1]);
		else
			bare(&h->to.addr, fds[1]);
		_exit(EXIT_FAILURE);
	}

	close(fds[1]);
	must(read(fds[0], &t, sizeof(t)) == sizeof(t), "it has not begun");
	close(fds[0]);
	must(!clock_getcpuclockid(h->pid, &h->cpu), "clock");
	for (size_t i = 0; i < 2; i++)
		ice_far_set_remote(far[i], &t.addr, is_relay ? t.ufrag[i] : "",
				   is_relay ? t.pwd[i] : "");
}


static void end(struct hop *h)
{
	(void)kill(h->pid, SIGKILL);
	(void)waitpid(h->pid, NULL, 0);
	ice_far_close(&h->from);
	ice_far_close(&h->to);
}


/* -------------------------------------------------------------- measuring */

/** Something came, and was taken. @return false: nothing did in time */
static bool take(struct ice_far *f)
{
	struct pollfd p = {.fd = f->fd, .events = POLLIN};

	if (poll(&p, 1, WAIT_MS) <= 0)
		return false;

	ice_far_drain(f);

	return true;
}


static void join(struct hop *h)
{
	struct ice_far *far[2] = {&h->from, &h->to};

	for (size_t i = 0; i < 2; i++) {
		/* checks are followed by requests of its own, ten a second */
		for (unsigned n = 0; n < 50 && !far[i]->asked; n++) {
			ice_far_check(far[i], NULL);
			(void)poll(NULL, 0, TICK_MS);
			ice_far_drain(far[i]);
		}
		must(far[i]->asked, "it asked nothing");
	}
	/* the answer is there before what follows from the same socket; the
	 * other end's is taken by then, too */
	(void)poll(NULL, 0, 2 * TICK_MS);
}


static uint64_t cpu_ns(const struct hop *h)
{
	struct timespec ts;

	must(!clock_gettime(h->cpu, &ts), "clock_gettime");

	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}


/** Packets a second of its processor's time */
static double rate(struct hop *h, const uint8_t *packet, size_t len)
{
	const uint64_t end_us = clock_us() + ROUND_US, before = cpu_ns(h);
	const unsigned first = h->to.count;

	while (clock_us() < end_us) {
		const unsigned want = h->to.count + WINDOW;

		for (unsigned i = 0; i < WINDOW; i++)
			ice_far_send(&h->from, packet, len);
		while (h->to.count < want && take(&h->to))
			;
		must(h->to.count == want, h->name);
	}

	return (h->to.count - first) * 1e9 / (double)(cpu_ns(h) - before);
}


static int ascending(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}


static double median(double *values, size_t count)
{
	qsort(values, count, sizeof(values[0]), ascending);

	return values[count / 2];
}


/** The median, microseconds, of packets that come one by one */
static unsigned delay(struct hop *h, const uint8_t *packet, size_t len)
{
	static double us[DELAYS];

	for (size_t i = 0; i < DELAYS; i++) {
		const uint64_t began_us = clock_us();

		ice_far_send(&h->from, packet, len);
		must(take(&h->to), h->name);
		us[i] = (double)(clock_us() - began_us);
		(void)usleep(PACE_US);
	}

	return (unsigned)median(us, DELAYS);
}


static void measure(struct hop h[2], const char *what, size_t len)
{
	uint8_t packet[1200] = {0x80, 111};
	double rates[2][ROUNDS], ratios[ROUNDS];
	unsigned us[2];

	for (unsigned i = 0; i < ROUNDS; i++) {
		for (unsigned k = 0; k < 2; k++)
			rates[k][i] = rate(&h[k], packet, len);
		ratios[i] = rates[1][i] / rates[0][i];
	}
	for (unsigned k = 0; k < 2; k++)
		us[k] = delay(&h[k], packet, len);

	printf("| %s | %zu | %.0f | %.0f | %.2f | %u | %u | %d |\n", what, len,
	       median(rates[1], ROUNDS), median(rates[0], ROUNDS),
	       median(ratios, ROUNDS), us[1], us[0], (int)us[1] - (int)us[0]);
	(void)fflush(stdout);
}


int main(void)
{
	struct hop h[2];

	on_processor(1);
	begin(&h[0], "bare", false);
	begin(&h[1], "relay", true);
	join(&h[1]);
	measure(h, "sound", 172);
	measure(h, "picture", 1200);
	end(&h[0]);
	end(&h[1]);

	return EXIT_SUCCESS;
}
