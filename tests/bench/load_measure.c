/**
 * @file tests/bench/load_measure.c  What Parley says, and bare calls cost
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <jansson.h>
#include "mixer/base/re.h"
#include "mixer/net/rtp.h"
#include "tests/bench/load.h"

enum { ROUNDS = 500, BATCH = 32 };


static double seconds_of(clockid_t clock)
{
	struct timespec ts;

	if (clock_gettime(clock, &ts))
		load_die("clock");

	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}


double load_cpu_us(void)
{
	return seconds_of(CLOCK_THREAD_CPUTIME_ID) * 1e6;
}


void load_keep_least(double *least_us, double start_us, unsigned calls)
{
	double us = (load_cpu_us() - start_us) / calls;

	if (*least_us <= 0 || us < *least_us)
		*least_us = us;
}


static double cpu_seconds(pid_t pid)
{
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock))
		load_die("process");

	return seconds_of(clock);
}


static pid_t mixer_of(pid_t focus)
{
	static int mixer;
	char path[64];
	FILE *f;

	if (mixer)
		return mixer;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", focus,
		 focus);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%d", &mixer) != 1)
		load_die("mixer");

	fclose(f);

	return mixer;
}


/* Time that the main thread (the mixer's: the media thread) was ready to run
 * but had no CPU */
static double waited_seconds(pid_t pid)
{
	unsigned long long waited_ns = 0;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/schedstat", pid);
	f = fopen(path, "r");
	if (!f)
		return 0;

	if (fscanf(f, "%*u %llu", &waited_ns) != 1)
		waited_ns = 0;
	fclose(f);

	return (double)waited_ns / 1e9;
}


void load_moment(const struct load *l, struct load_moment *m)
{
	pid_t mixer = mixer_of(l->focus);

	m->time_s = seconds_of(CLOCK_MONOTONIC);
	m->focus_s = cpu_seconds(l->focus);
	m->mixer_s = cpu_seconds(mixer);
	m->waited_s = waited_seconds(mixer);
}


static double member(const json_t *o, const char *key)
{
	return json_number_value(json_object_get(o, key));
}


void load_stats(const struct load *l, struct load_result *r)
{
	double received = 0, lost = 0;
	const json_t *mixer, *leg;
	char command[512];
	json_t *stats;
	size_t i;
	FILE *f;

	snprintf(command, sizeof(command), "%s -s %s --json stats", l->parley,
		 l->control);
	f = popen(command, "r");
	stats = f ? json_loadf(f, 0, NULL) : NULL;
	if (!stats)
		load_die("parley stats");

	pclose(f);
	mixer = json_array_get(json_object_get(stats, "mixers"), 0);
	r->late_ms = member(mixer, "tick_late_us_p99") / 1000;
	r->ticks_missed = member(mixer, "ticks_missed");
	json_array_foreach (json_object_get(stats, "legs"), i, leg) {
		const json_t *media = json_object_get(leg, l->kind);

		received += member(media, "packets_in");
		lost += member(media, "packets_lost");
	}

	r->loss_in = received ? 100 * lost / (received + lost) : 100;
	json_decref(stats);
}


static void measure_socket(struct load_bare *b, size_t len)
{
	uint8_t buf[LOAD_DATAGRAM_MAX] = {0x80};
	struct sockaddr_in a, local;
	int fa = load_socket(&a), fb = load_socket(&local);

	for (unsigned i = 0; i < ROUNDS; i++) {
		double t = load_cpu_us();

		for (unsigned k = 0; k < BATCH; k++) {
			if (sendto(fa, buf, len, 0, (struct sockaddr *)&local,
				   sizeof(local)) < 0)
				load_die("sendto");
		}
		load_keep_least(&b->send_us, t, BATCH);
		t = load_cpu_us();
		for (unsigned k = 0; k < BATCH; k++) {
			if (recv(fb, buf, sizeof(buf), 0) < 0)
				load_die("recv");
		}
		load_keep_least(&b->receive_us, t, BATCH);
	}

	close(fa);
	close(fb);
}


static void measure_srtp(const struct load *l, struct load_bare *b,
			 size_t payload_bytes)
{
	static uint8_t packets[BATCH][LOAD_DATAGRAM_MAX];
	struct crypto_context *out = NULL, *in = NULL;
	uint8_t keying[SRTP_KEYING_MAX] = {1, 2, 3};
	size_t lens[BATCH], n = transport_suite_keying_bytes(l->suite);
	uint16_t seq = 0;
	int err = 0;

	if (crypto_context_alloc(&out, l->suite, false, keying, n) ||
	    crypto_context_alloc(&in, l->suite, true, keying, n))
		load_die("SRTP");

	for (unsigned i = 0; i < ROUNDS; i++) {
		double t;

		for (unsigned k = 0; k < BATCH; k++)
			lens[k] = payload_bytes +
				  rtp_packet_encode(packets[k],
						    RTP_HEADER_BYTES, 0, false,
						    seq++, i, 1, NULL, 0);

		t = load_cpu_us();
		for (unsigned k = 0; k < BATCH; k++)
			err |= crypto_context_protect(out, packets[k],
						      &lens[k], false);
		load_keep_least(&b->protect_us, t, BATCH);
		t = load_cpu_us();
		for (unsigned k = 0; k < BATCH; k++)
			err |= crypto_context_unprotect(in, packets[k],
							&lens[k], false, i);
		load_keep_least(&b->unprotect_us, t, BATCH);
		if (err)
			load_die("SRTP");
	}

	mem_deref(out);
	mem_deref(in);
}


void load_bare_measure(const struct load *l, struct load_bare *b,
		       size_t payload_bytes)
{
	memset(b, 0, sizeof(*b));
	measure_socket(b, payload_bytes + RTP_HEADER_BYTES);
	if (l->suite != TRANSPORT_SUITE_NONE)
		measure_srtp(l, b, payload_bytes);
}


double load_bare_cores(const struct load_bare *b, double packets_in,
		       double packets_out)
{
	return (packets_in * (b->receive_us + b->unprotect_us) +
		packets_out * (b->send_us + b->protect_us)) /
	       1e6;
}
