/**
 * @file tests/bench/load.h  What the load generators share
 *
 * A load is one thread that dials N legs into one conference of a running
 * Parley, SIP over UDP or (for SDES, which needs a private way) over TLS, and
 * then moves their RTP in real time over one socket a leg. The generator
 * proper (bench_load.c, bench_video_load.c) says what is sent and when; what
 * arrives is counted here. Failures end the program with a message.
 *
 * Directions are the mixer's: what legs send comes "in".
 */
#ifndef PARLEY_TESTS_BENCH_LOAD_H
#define PARLEY_TESTS_BENCH_LOAD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "mixer/net/srtp.h"

enum {
	LOAD_LEGS_MAX = 2000,
	LOAD_DATAGRAM_MAX = 2048,
};

/** One party */
struct load_leg {
	int fd;
	struct sockaddr_in remote; /**< the mixer's port for it */
	uint16_t port;             /**< its own */
	bool up;
	bool listens_only; /**< a=recvonly; sends nothing */
	char to_tag[64], contact[256];
	/* SDES; NULL without */
	char key[64];
	struct crypto_context *protect, *unprotect;
	/* what it sends */
	uint16_t seq;
	uint32_t timestamp, ssrc;
	/* since load_count_from_now() */
	uint64_t sent, received, marks;
	int64_t seq_first, seq_highest; /**< received; -1: none yet */
};

/** A load; zero it, fill the first part, call load_run() */
struct load {
	/* load_options() */
	const char *codec, *parley, *control;
	struct sockaddr_in sip;
	pid_t focus;
	unsigned leg_count, seconds;
	enum transport_suite suite; /**< NONE: plain RTP */

	/* the generator */
	const char *kind; /**< "audio", "video" */
	unsigned payload_type;
	const char *attributes; /**< lines of the m= section, with CRLF */
	unsigned settle_s;      /**< not measured: buffers and caches fill */
	/** Send what is due in this millisecond */
	void (*sendh)(struct load *l, unsigned ms);

	struct load_leg legs[LOAD_LEGS_MAX];
};

/** What was seen during the measured seconds */
struct load_result {
	double packets_in, packets_out;  /**< a second */
	double loss_in, loss_out;        /**< percent */
	double marks;                    /**< a second and leg */
	double late_ms, ticks_missed;    /**< p99 since the mixer's start */
	double focus_cores, mixer_cores; /**< CPU seconds a second */
};

/** CPU microseconds of the bare calls, one packet each */
struct load_bare {
	double send_us, receive_us;
	double protect_us, unprotect_us; /**< 0 for plain RTP */
};

/** Print what and errno, and end the program */
_Noreturn void load_die(const char *what);

/**
 * Read the options that all generators have
 *
 * @param more  Called for any other option, value NULL at the end of argv;
 *              false if it is unknown
 * @param usage Of the generator's own options
 */
void load_options(struct load *l, int argc, char *argv[],
		  bool (*more)(const char *name, const char *value),
		  const char *usage);

/** Dial, settle, measure, hang up */
void load_run(struct load *l, struct load_result *r);

/**
 * Send one packet of a leg; counts it and steps the sequence number
 *
 * @param payload At most LOAD_DATAGRAM_MAX - 128 bytes
 * @param level   RFC 6464 level to tell in extension 1; -1: none
 */
void load_send(struct load *l, struct load_leg *leg, bool marker,
	       const uint8_t *payload, size_t len, int level);

/** Measure the calls for packets with that much payload, in this thread */
void load_bare_measure(const struct load *l, struct load_bare *b,
		       size_t payload_bytes);

/** Cores that so many packets a second each way cost by the bare calls */
double load_bare_cores(const struct load_bare *b, double packets_in,
		       double packets_out);

/** CPU time of the calling thread in microseconds: what others do on the
 *  machine does not count */
double load_cpu_us(void);

/**
 * End one of several rounds of a measurement and keep the least, microseconds
 * a call: what else the processor did meanwhile (neighbours share its caches)
 * is no part of a bare call
 *
 * @param least_us 0 before the first round
 * @param start_us load_cpu_us() when the round began
 * @param calls    In this round
 */
void load_keep_least(double *least_us, double start_us, unsigned calls);

/* ------------------------------------------------ between load_*.c files */

/** Open the way to Parley: UDP, or TLS if the load is secure */
void load_flow_open(const struct load *l);
/** What to poll for reading */
int load_flow_fd(void);
uint16_t load_flow_port(void);
void load_flow_send(const struct load *l, const char *text, size_t len);
/** One whole message, zero-terminated; false if none is there */
bool load_flow_receive(char *text, size_t size);

/** INVITE all legs, one after the other, until each is answered */
void load_dial(struct load *l);
/** Take and acknowledge what comes on the way */
void load_sip_read(struct load *l);
void load_hang_up(struct load *l);

/** A nonblocking UDP socket on loopback; its address in `local` */
int load_socket(struct sockaddr_in *local);

/** A moment of the counters that Parley and the kernel keep */
struct load_moment {
	double time_s, focus_s, mixer_s, waited_s;
};

void load_moment(const struct load *l, struct load_moment *m);
/** Lateness, missed ticks and loss_in from `parley stats` */
void load_stats(const struct load *l, struct load_result *r);

#endif
