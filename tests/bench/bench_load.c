/**
 * @file bench_load.c  Load on a running Parley: N legs, K of which talk
 *
 * Dials N plain RTP legs into one conference over SIP/UDP, sends and receives
 * their packets in real time and prints one row: packets, loss, lateness of
 * the mixer's tick, CPU seconds a wall second of parleyd and its mixer, and
 * beside it what the bare calls would cost (one receive and one send a leg
 * and tick, one decode a talker, one encode a distinct mix), measured in the
 * same run on the same machine. tests/bench/run.sh starts Parley for it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <jansson.h>
#include "mixer/audio/codec.h"
#include "mixer/base/clock.h"
#include "mixer/base/re.h"
#include "mixer/net/rtp.h"

enum {
	LEGS_MAX = 2000,
	TICK_MS = 20,
	MESSAGE_MAX = 8192,
	LOOP_FRAMES = 50, /**< one second of a talker's payloads */
	ANSWER_MS = 5000,
	LEVEL_ID = 1,
};

struct leg {
	int fd;
	struct sockaddr_in remote;
	bool talks, up;
	uint16_t seq, port;
	uint32_t timestamp, ssrc;
	uint64_t in, out;
	char to_tag[64], contact[256];
};

struct payload {
	uint8_t bytes[AUDIO_PAYLOAD_MAX];
	size_t len;
};

/** What the command line says */
struct options {
	const char *codec, *parley, *control;
	struct sockaddr_in sip;
	unsigned legs, talkers, seconds;
	pid_t focus;
	bool levels;
};

static struct leg legs[LEGS_MAX];
static struct payload voice[LOOP_FRAMES], quiet;
static struct audio_codec codec;
static int sip_fd;
static struct sockaddr_in sip_local;


static void die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}


static int udp_socket(struct sockaddr_in *local)
{
	socklen_t len = sizeof(*local);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	int size = 1 << 20;

	*local = (struct sockaddr_in){.sin_family = AF_INET};
	local->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)local, sizeof(*local)) ||
	    getsockname(fd, (struct sockaddr *)local, &len))
		die("socket");

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));

	return fd;
}


/* ------------------------------------------------------------------ SIP */

static const char *sdp_codec(void)
{
	switch (codec.id) {
	case AUDIO_OPUS: return "a=rtpmap:96 opus/48000/2\r\n";
	case AUDIO_AMR_WB:
		return "a=rtpmap:96 AMR-WB/16000\r\n"
		       "a=fmtp:96 octet-align=1\r\n";
	case AUDIO_G722: return "a=rtpmap:9 G722/8000\r\n";
	case AUDIO_PCMA: return "a=rtpmap:8 PCMA/8000\r\n";
	default: return "a=rtpmap:0 PCMU/8000\r\n";
	}
}


static unsigned payload_type(void)
{
	switch (codec.id) {
	case AUDIO_G722: return 9;
	case AUDIO_PCMA: return 8;
	case AUDIO_PCMU: return 0;
	default: return 96;
	}
}


static void sip_request_send(const struct options *o, unsigned i, const char *method,
		     unsigned cseq)
{
	struct leg *leg = &legs[i];
	bool invite	= !strcmp(method, "INVITE");
	char body[1024] = "", text[MESSAGE_MAX], uri[300];
	int n;

	if (invite)
		snprintf(body, sizeof(body),
			 "v=0\r\no=load %u 1 IN IP4 127.0.0.1\r\ns=-\r\n"
			 "c=IN IP4 127.0.0.1\r\nt=0 0\r\n"
			 "m=audio %u RTP/AVP %u\r\n%sa=ptime:20\r\n%s",
			 i + 1, leg->port, payload_type(), sdp_codec(),
			 o->levels ? "a=extmap:1 urn:ietf:params:rtp-hdrext:"
				     "ssrc-audio-level\r\n"
				   : "");
	if (leg->contact[0])
		snprintf(uri, sizeof(uri), "%s", leg->contact);
	else
		snprintf(uri, sizeof(uri), "sip:load@127.0.0.1:%u",
			 ntohs(o->sip.sin_port));

	n = snprintf(text, sizeof(text),
		     "%s %s SIP/2.0\r\n"
		     "Via: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK%d-%u-%u%s"
		     ";rport\r\n"
		     "From: \"leg %u\" <sip:leg%u@127.0.0.1>;tag=f%u\r\n"
		     "To: <sip:load@127.0.0.1>%s%s\r\n"
		     "Call-ID: load-%d-%u\r\nCSeq: %u %s\r\n"
		     "Contact: <sip:leg%u@127.0.0.1:%u>\r\n"
		     "Max-Forwards: 70\r\n%sContent-Length: %zu\r\n\r\n%s",
		     method, uri, ntohs(sip_local.sin_port), getpid(), i, cseq,
		     method, i, i, i, leg->to_tag[0] ? ";tag=" : "",
		     leg->to_tag, getpid(), i, cseq, method, i,
		     ntohs(sip_local.sin_port),
		     invite ? "Content-Type: application/sdp\r\n" : "",
		     strlen(body), body);
	if (n < 0 || (size_t)n >= sizeof(text) ||
	    sendto(sip_fd, text, (size_t)n, 0, (struct sockaddr *)&o->sip,
		   sizeof(o->sip)) < 0)
		die("sip");
}


/* The text between a and b in s, copied; false if it is not there */
static bool between(char *dst, size_t size, const char *s, const char *a,
		    const char *b)
{
	const char *p = strstr(s, a);
	size_t n;

	if (!p)
		return false;

	p += strlen(a);
	n = strcspn(p, b);
	if (n >= size)
		return false;

	memcpy(dst, p, n);
	dst[n] = '\0';

	return true;
}


/* An answer to the INVITE of some leg: note where its media goes */
static void sip_answer(const struct options *o, const char *text)
{
	char id[32], port[16], to[256];
	unsigned i;
	struct leg *leg;

	if (strncmp(text, "SIP/2.0 ", 8) ||
	    !between(id, sizeof(id), text, "Call-ID: load-", "\r\n"))
		return;

	i = (unsigned)atoi(strchr(id, '-') ? strchr(id, '-') + 1 : "");
	if (i >= o->legs || !strstr(text, " INVITE\r\n"))
		return;

	leg = &legs[i];
	if (atoi(text + 8) >= 300) {
		fprintf(stderr, "leg %u refused: %.*s\n", i,
			(int)strcspn(text, "\r"), text);
		exit(EXIT_FAILURE);
	}

	if (leg->up || atoi(text + 8) < 200)
		return;

	if (!between(to, sizeof(to), text, "\r\nTo:", "\r\n") ||
	    !between(leg->to_tag, sizeof(leg->to_tag), to, "tag=", ";\r\n") ||
	    !between(leg->contact, sizeof(leg->contact), text, "Contact: <",
		     ">") ||
	    !between(port, sizeof(port), text, "m=audio ", " ")) {
		fprintf(stderr, "leg %u: unusable answer\n%s\n", i, text);
		exit(EXIT_FAILURE);
	}

	leg->remote	     = o->sip;
	leg->remote.sin_port = htons((uint16_t)atoi(port));
	leg->up		     = true;
	sip_request_send(o, i, "ACK", 1);
}


static void sip_read(const struct options *o)
{
	char text[MESSAGE_MAX];
	ssize_t n;

	while ((n = recv(sip_fd, text, sizeof(text) - 1, 0)) > 0) {
		text[n] = '\0';
		sip_answer(o, text);
	}
}


static void dial_all(const struct options *o)
{
	for (unsigned i = 0; i < o->legs; i++) {
		uint64_t end = clock_us() + ANSWER_MS * 1000;

		sip_request_send(o, i, "INVITE", 1);
		while (!legs[i].up) {
			struct pollfd pfd = {.fd = sip_fd, .events = POLLIN};

			if (clock_us() > end) {
				fprintf(stderr, "leg %u: no answer\n", i);
				exit(EXIT_FAILURE);
			}

			poll(&pfd, 1, 100);
			sip_read(o);
		}
	}
}


/* ---------------------------------------------------------------- media */

static void make_payloads(void)
{
	struct audio_encoder *e = NULL;
	size_t n		= codec.rate_hz / 1000 * TICK_MS;
	int16_t pcm[AUDIO_TICK_SAMPLES] = {0};
	unsigned noise = 1;

	if (audio_encoder_alloc(&e, &codec))
		die("codec");

	audio_encoder_encode(e, pcm, quiet.bytes, &quiet.len);
	for (unsigned f = 0; f < LOOP_FRAMES; f++) {
		/* speech-like: noise whose loudness moves, no tone to cheat */
		for (size_t i = 0; i < n; i++) {
			noise  = noise * 1103515245u + 12345u;
			pcm[i] = (int16_t)((int)(noise >> 18) % 4000
					   * (int)(1 + f % 5) / 4);
		}

		if (audio_encoder_encode(e, pcm, voice[f].bytes,
					 &voice[f].len))
			die("encode");
	}

	mem_deref(e);
}


static void send_tick(const struct options *o, unsigned tick)
{
	for (unsigned i = 0; i < o->legs; i++) {
		struct leg *leg = &legs[i];
		const struct payload *p
			= leg->talks ? &voice[(tick + i) % LOOP_FRAMES]
				     : &quiet;
		uint8_t level = leg->talks ? 0x80 | 20 : 127;
		struct rtp_extension_element x = {LEVEL_ID, 1, &level};
		uint8_t buf[AUDIO_PAYLOAD_MAX + 64];
		size_t n = rtp_packet_encode(buf, sizeof(buf),
				      (uint8_t)payload_type(), false,
				      leg->seq++, leg->timestamp, leg->ssrc,
				      &x, o->levels ? 1 : 0);

		memcpy(buf + n, p->bytes, p->len);
		leg->timestamp += codec.clock_hz / 1000 * TICK_MS;
		if (sendto(leg->fd, buf, n + p->len, 0,
			   (struct sockaddr *)&leg->remote,
			   sizeof(leg->remote)) > 0)
			leg->out++;
	}
}


static void drain(struct leg *leg)
{
	uint8_t buf[2048];

	while (recv(leg->fd, buf, sizeof(buf), 0) > RTP_HEADER_BYTES)
		leg->in++;
}


/* Run packets both ways for some seconds */
static void talk(const struct options *o, int epfd, int timer,
		 unsigned seconds)
{
	unsigned tick = 0, ticks = seconds * 1000 / TICK_MS;

	while (tick < ticks) {
		struct epoll_event ev[256];
		int n = epoll_wait(epfd, ev, 256, 1000);

		for (int k = 0; k < n; k++) {
			uint64_t due;

			if (ev[k].data.ptr) {
				drain(ev[k].data.ptr);
				continue;
			}

			if (read(timer, &due, sizeof(due)) < 0)
				continue;

			for (; due; due--)
				send_tick(o, tick++);
		}

		sip_read(o);
	}
}


/* ------------------------------------------------------------- measures */

/* CPU seconds that a process has used */
static double cpu_seconds(pid_t pid)
{
	char path[64], line[1024], *p;
	unsigned long user, system;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "r");
	if (!f || !fgets(line, sizeof(line), f) || !(p = strrchr(line, ')')) ||
	    sscanf(p, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
		   &user, &system) != 2)
		die(path);

	fclose(f);

	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}


static pid_t mixer_of(pid_t focus)
{
	char command[64], line[32] = "";
	FILE *f;

	snprintf(command, sizeof(command), "pgrep -P %d", focus);
	f = popen(command, "r");
	if (!f || !fgets(line, sizeof(line), f))
		die("mixer");

	pclose(f);

	return (pid_t)atoi(line);
}


/* The first member of that name anywhere in the stats */
static double find_number(const json_t *j, const char *key)
{
	const char *k;
	json_t *v;
	size_t i;

	if (json_is_object(j)) {
		json_t *hit = json_object_get(j, key);

		if (json_is_number(hit))
			return json_number_value(hit);

		json_object_foreach ((json_t *)j, k, v) {
			double found = find_number(v, key);

			if (found >= 0)
				return found;
		}
	}

	json_array_foreach (j, i, v) {
		double found = find_number(v, key);

		if (found >= 0)
			return found;
	}

	return -1;
}


static json_t *parley_stats(const struct options *o)
{
	char command[512];
	json_t *stats;
	FILE *f;

	snprintf(command, sizeof(command), "%s -s %s --json stats", o->parley,
		 o->control);
	f     = popen(command, "r");
	stats = f ? json_loadf(f, 0, NULL) : NULL;
	if (!stats)
		die("parley stats");

	pclose(f);

	return stats;
}


/* Microseconds of one call of each kind, and their sum in cores */
static double ideal_cores(const struct options *o)
{
	enum { ROUNDS = 5000 };
	struct audio_encoder *e = NULL;
	struct audio_decoder *d = NULL;
	static int16_t pcm[AUDIO_PACKET_MAX_SAMPLES];
	uint8_t buf[2048] = {0x80};
	struct sockaddr_in a, b;
	int fa = udp_socket(&a), fb = udp_socket(&b);
	uint64_t t0, t_send, t_recv, t_dec, t_enc;
	size_t n;

	if (audio_encoder_alloc(&e, &codec) || audio_decoder_alloc(&d, &codec))
		die("codec");

	t_send = t_recv = 0;
	for (unsigned i = 0; i < ROUNDS; i++) {
		t0 = clock_us();
		for (unsigned k = 0; k < 8; k++) {
			if (sendto(fa, buf, voice[0].len + 12, 0,
				   (struct sockaddr *)&b, sizeof(b)) < 0)
				die("sendto");
		}
		t_send += clock_us() - t0;
		t0 = clock_us();
		for (unsigned k = 0; k < 8; k++) {
			if (recv(fb, buf, sizeof(buf), 0) < 0)
				die("recv");
		}
		t_recv += clock_us() - t0;
	}

	t0 = clock_us();
	for (unsigned i = 0; i < ROUNDS; i++) {
		const struct payload *p = &voice[i % LOOP_FRAMES];

		audio_decoder_decode(d, p->bytes, p->len, pcm, &n, NULL);
	}
	t_dec = clock_us() - t0;

	t0 = clock_us();
	for (unsigned i = 0; i < ROUNDS; i++)
		audio_encoder_encode(e, pcm, buf, &n);
	t_enc = clock_us() - t0;

	mem_deref(e);
	mem_deref(d);
	close(fa);
	close(fb);

	return (1000.0 / TICK_MS) / 1e6 / ROUNDS
	       * (o->legs * ((double)t_send + (double)t_recv) / 8
		  + o->talkers * (double)t_dec
		  + (o->talkers + 1) * (double)t_enc);
}


static void print_row(const struct options *o, double focus_cpu,
		      double mixer_cpu, double wall, uint64_t in,
		      uint64_t out)
{
	json_t *stats	= parley_stats(o);
	double expected = wall * 1000 / TICK_MS * o->legs;
	double ideal	= ideal_cores(o);

	printf("| %s | %u | %u | %.0f | %.0f | %.3f | %.1f | %.0f | %.4f | "
	       "%.3f | %.3f | %.2f |\n",
	       o->codec, o->legs, o->talkers, (double)out / wall,
	       (double)in / wall, 100 * (1 - (double)in / expected),
	       find_number(stats, "tick_late_us_p99") / 1000,
	       find_number(stats, "ticks_missed"), focus_cpu / wall,
	       mixer_cpu / wall, ideal, (focus_cpu + mixer_cpu) / wall / ideal);
	json_decref(stats);
}


static void measure(const struct options *o, int epfd, int timer)
{
	pid_t mixer = mixer_of(o->focus);
	uint64_t in = 0, out = 0, t0;
	double focus_cpu, mixer_cpu, wall;

	talk(o, epfd, timer, 2); /* jitter buffers and caches settle */
	for (unsigned i = 0; i < o->legs; i++)
		legs[i].in = legs[i].out = 0;

	focus_cpu = cpu_seconds(o->focus);
	mixer_cpu = cpu_seconds(mixer);
	t0	  = clock_us();
	talk(o, epfd, timer, o->seconds);
	wall	  = (double)(clock_us() - t0) / 1e6;
	focus_cpu = cpu_seconds(o->focus) - focus_cpu;
	mixer_cpu = cpu_seconds(mixer) - mixer_cpu;

	for (unsigned i = 0; i < o->legs; i++) {
		in += legs[i].in;
		out += legs[i].out;
	}

	print_row(o, focus_cpu, mixer_cpu, wall, in, out);
}


static int run(const struct options *o)
{
	struct itimerspec period = {{0, TICK_MS * 1000000}, {0, 1}};
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
	int epfd  = epoll_create1(0);
	struct epoll_event ev = {.events = EPOLLIN, .data.ptr = NULL};

	make_payloads();
	sip_fd = udp_socket(&sip_local);
	epoll_ctl(epfd, EPOLL_CTL_ADD, timer, &ev);
	for (unsigned i = 0; i < o->legs; i++) {
		struct sockaddr_in local;

		legs[i].fd    = udp_socket(&local);
		legs[i].port  = ntohs(local.sin_port);
		legs[i].ssrc  = 0x10000000u + i;
		legs[i].talks = i < o->talkers;
		ev.data.ptr   = &legs[i];
		epoll_ctl(epfd, EPOLL_CTL_ADD, legs[i].fd, &ev);
	}

	dial_all(o);
	timerfd_settime(timer, 0, &period, NULL);
	measure(o, epfd, timer);
	for (unsigned i = 0; i < o->legs; i++)
		sip_request_send(o, i, "BYE", 2);

	return EXIT_SUCCESS;
}


static void usage(void)
{
	fprintf(stderr,
		"bench_load --sip PORT --pid PARLEYD --parley CLI "
		"--control SOCKET\n"
		"           [--codec PCMU|PCMA|G722|opus|AMR-WB] [--legs N] "
		"[--talkers K]\n"
		"           [--seconds S] [--no-levels]\n"
		"--no-levels: legs do not tell their loudness (RFC 6464)\n");
	exit(2);
}


int main(int argc, char *argv[])
{
	static const struct option names[] = {
		{"sip", 1, NULL, 's'},	   {"pid", 1, NULL, 'p'},
		{"parley", 1, NULL, 'c'},  {"control", 1, NULL, 'C'},
		{"codec", 1, NULL, 'a'},   {"legs", 1, NULL, 'n'},
		{"talkers", 1, NULL, 'k'}, {"seconds", 1, NULL, 't'},
		{"no-levels", 0, NULL, 'L'}, {NULL, 0, NULL, 0},
	};
	struct options o = {.codec = "PCMU", .legs = 100, .talkers = 3,
			    .seconds = 10, .levels = true};
	struct rlimit files = {8192, 8192};
	int c;

	o.sip.sin_family      = AF_INET;
	o.sip.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	while ((c = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (c) {
		case 's': o.sip.sin_port = htons((uint16_t)atoi(optarg)); break;
		case 'p': o.focus = (pid_t)atoi(optarg); break;
		case 'c': o.parley = optarg; break;
		case 'C': o.control = optarg; break;
		case 'a': o.codec = optarg; break;
		case 'n': o.legs = (unsigned)atoi(optarg); break;
		case 'k': o.talkers = (unsigned)atoi(optarg); break;
		case 't': o.seconds = (unsigned)atoi(optarg); break;
		case 'L': o.levels = false; break;
		default: usage();
		}
	}

	codec.id = audio_codec_by_name(o.codec);
	if (!o.sip.sin_port || !o.focus || !o.parley || !o.control ||
	    codec.id == AUDIO_CODEC_COUNT || o.legs > LEGS_MAX ||
	    o.talkers > o.legs || !o.seconds)
		usage();

	codec.clock_hz = codec.rate_hz = 8000;
	codec.ptime_ms = TICK_MS;
	if (codec.id == AUDIO_OPUS)
		codec.clock_hz = codec.rate_hz = 48000;
	if (codec.id == AUDIO_AMR_WB)
		codec.clock_hz = codec.rate_hz = 16000;
	if (codec.id == AUDIO_G722)
		codec.rate_hz = 16000;
	codec.octet_align = codec.id == AUDIO_AMR_WB;

	setrlimit(RLIMIT_NOFILE, &files);
	if (libre_init())
		die("libre");

	return run(&o);
}
