/**
 * @file exchange_bench.h  An exchange on a bench: what it asks of its handlers
 * is written down, and every event is one call
 */
#ifndef PARLEY_TESTS_UNIT_SIGNALING_WORLD_EXCHANGE_BENCH_H
#define PARLEY_TESTS_UNIT_SIGNALING_WORLD_EXCHANGE_BENCH_H

#include <stdbool.h>
#include <stdint.h>
#include "focus/policy/reason.h"
#include "signaling/session/exchange.h"

/** An exchange, and what it asks of its handlers */
struct bench {
	struct exchange *x;
	unsigned holds;
	char asked[64];                       /**< a letter each: "rof" */
	enum reason refusal[EXCHANGE_WISHES]; /**< of the wishes */
	uint64_t wake_ms;                     /**< as asked last */
	unsigned ends;
	enum reason end_reason;
};

/** @return 0, ENOMEM; closed all the same */
int bench_alloc(struct bench *b);
/** An exchange that has begun, else the test is over */
void bench_open(struct bench *b);
void bench_close(struct bench *b);

/** Each says whether the event was taken */
bool bench_begin(struct bench *b);
bool bench_theirs(struct bench *b);
bool bench_ours_in_shape(struct bench *b, bool webrtc);
bool bench_ours(struct bench *b);
bool bench_print(struct bench *b);
bool bench_answered(struct bench *b);
bool bench_restore(struct bench *b);
bool bench_applied(struct bench *b);
bool bench_rollback(struct bench *b);
bool bench_attempt_over(struct bench *b);
bool bench_stop(struct bench *b);
bool bench_reach(struct bench *b, enum exchange_phase phase);

/** Come to an agreement by their offer */
void bench_agree(struct bench *b);

#endif
