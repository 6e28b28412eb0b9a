/**
 * @file mixer/net/nack_list.c  Which packets to ask for again
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/net/nack_list.h"
#include "mixer/net/rtp.h"


enum {
	MISSING_MAX = 256, /* more is not repairable: key frame */
	RESTART = 3000,    /* back so far: RFC 3550 A.1 */
	TRIES_MAX = 10,
	REORDER_US = 10000, /* a packet this late is only reordered */
	GIVE_UP_US = 1000000,
	RTT_MIN_MS = 20,
	RTT_MAX_MS = 500,
};


struct missing {
	int64_t seq;
	uint64_t since_us, asked_us;
	unsigned tries;
};

struct nack_list {
	bool started, overflow;
	int64_t highest;
	struct missing missing[MISSING_MAX]; /* ascending */
	size_t count;
};


int nack_list_alloc(struct nack_list **np)
{
	*np = mem_zalloc(sizeof(**np), NULL);

	return *np ? 0 : ENOMEM;
}


static void remove_at(struct nack_list *n, size_t i)
{
	n->count--;
	memmove(&n->missing[i], &n->missing[i + 1],
		(n->count - i) * sizeof(n->missing[0]));
}


static bool recovered(struct nack_list *n, int64_t seq)
{
	for (size_t i = 0; i < n->count; i++) {
		if (n->missing[i].seq == seq) {
			remove_at(n, i);
			return true;
		}
	}

	return false;
}


bool nack_list_received(struct nack_list *n, uint16_t seq, uint64_t now_us)
{
	int64_t ext;

	if (!n->started) {
		n->started = true;
		/* one period up, so that older numbers stay positive */
		n->highest = 0x10000 + seq;
		return false;
	}

	ext = rtp_seq_extend(n->highest, seq);
	if (ext < n->highest - RESTART) {
		nack_list_clear(n);
		return nack_list_received(n, seq, now_us);
	}

	if (ext <= n->highest)
		return recovered(n, ext);

	if (ext - n->highest - 1 > (int64_t)(MISSING_MAX - n->count)) {
		n->count = 0;
		n->overflow = true;
		n->highest = ext;
		return false;
	}

	for (int64_t s = n->highest + 1; s < ext; s++) {
		n->missing[n->count++] =
			(struct missing){.seq = s, .since_us = now_us};
	}

	n->highest = ext;

	return false;
}


size_t nack_list_due(struct nack_list *n, uint64_t now_us, uint32_t rtt_ms,
		     uint16_t *seqs, size_t max, bool *lost)
{
	uint64_t again_us;
	size_t due = 0;

	if (rtt_ms < RTT_MIN_MS)
		rtt_ms = RTT_MIN_MS;
	if (rtt_ms > RTT_MAX_MS)
		rtt_ms = RTT_MAX_MS;
	again_us = (uint64_t)rtt_ms * 1000;

	if (n->overflow)
		*lost = true;
	n->overflow = false;

	for (size_t i = 0; i < n->count && due < max;) {
		struct missing *m = &n->missing[i];

		if (m->tries >= TRIES_MAX ||
		    now_us - m->since_us > GIVE_UP_US) {
			*lost = true;
			remove_at(n, i);
			continue;
		}

		if (now_us - m->since_us >= REORDER_US &&
		    (!m->tries || now_us - m->asked_us >= again_us)) {
			m->asked_us = now_us;
			m->tries++;
			seqs[due++] = (uint16_t)m->seq;
		}
		i++;
	}

	return due;
}


void nack_list_clear(struct nack_list *n)
{
	n->started = false;
	n->count = 0;
	n->overflow = false;
}
