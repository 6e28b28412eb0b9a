/**
 * @file mixer/net/proof.c  How much goes to a host that has proved nothing
 */
#include <string.h>
#include "mixer/base/keyed_hash.h"
#include "mixer/net/proof.h"


/** Since then; callers' clocks may differ by a tick */
static uint64_t elapsed_us(uint64_t now_us, uint64_t since_us)
{
	return (int64_t)(now_us - since_us) > 0 ? now_us - since_us : 0;
}


/** @param paid_us Until when what was taken is paid for
 *  @param depth_us How far ahead of now that may be */
static bool take(uint64_t *paid_us, uint64_t cost_us, uint64_t depth_us,
		 uint64_t now_us)
{
	uint64_t ahead_us = elapsed_us(*paid_us, now_us);

	if (ahead_us + cost_us > depth_us)
		return false;

	*paid_us = now_us + ahead_us + cost_us;

	return true;
}


/* ---------------------------------------------------------------- hosts */

static size_t place_of(const uint8_t key[HOST_KEY_BYTES])
{
	const uint64_t h = keyed_hash(key, HOST_KEY_BYTES);

	return h % (PROOF_HOSTS_MAX / PROOF_HOSTS_WAYS) * PROOF_HOSTS_WAYS;
}


static bool is_forgotten(const struct proof_host *h, uint64_t now_us)
{
	return !h->used || elapsed_us(now_us, h->used_us) >= PROOF_MEMORY_US;
}


/** NULL: it is not remembered */
static struct proof_host *host_find(struct proof_host *ways,
				    const uint8_t key[HOST_KEY_BYTES])
{
	for (size_t i = 0; i < PROOF_HOSTS_WAYS; i++) {
		if (ways[i].used && !memcmp(ways[i].key, key, HOST_KEY_BYTES))
			return &ways[i];
	}

	return NULL;
}


/** NULL: no place is free */
static struct proof_host *host_make(struct proof_host *ways,
				    const uint8_t key[HOST_KEY_BYTES],
				    uint64_t now_us)
{
	for (size_t i = 0; i < PROOF_HOSTS_WAYS; i++) {
		struct proof_host *h = &ways[i];

		if (!is_forgotten(h, now_us))
			continue;

		memset(h, 0, sizeof(*h));
		memcpy(h->key, key, sizeof(h->key));
		h->used = true;

		return h;
	}

	return NULL;
}


static struct proof_host *host_of(const struct proof *p, uint64_t now_us)
{
	struct proof_hosts *all = p->all;
	struct proof_host *ways, *h;
	uint8_t key[HOST_KEY_BYTES];

	host_key(key, &p->host);
	ways = &all->hosts[place_of(key)];
	h = host_find(ways, key);
	if (!h)
		h = host_make(ways, key, now_us);
	if (!h)
		return &all->rest;

	h->used_us = now_us;

	return h;
}


/** It was heard. What it has is another's to have again: it was no cannon */
static void tell_host(const struct proof *p)
{
	struct proof_host *h;
	uint8_t key[HOST_KEY_BYTES];

	host_key(key, &p->host);
	h = host_find(&p->all->hosts[place_of(key)], key);
	if (!h)
		return;

	/* of IPv6 it is a network, and who is heard may be another's */
	h->heard = sa_af(&p->host) == AF_INET;
	if (p->full && h->leg == p->leg)
		h->granted = false;
}


/* ------------------------------------------------------------ allowance */

static bool is_granted(const struct proof_host *h, uint64_t now_us)
{
	return h->granted && elapsed_us(now_us, h->since_us) < PROOF_MEMORY_US;
}


/** Had the leg one elsewhere? Once for each host that a transport has */
static bool had_elsewhere(const struct proof *p, uint64_t now_us)
{
	for (size_t i = 0; p->leg && i < PROOF_HOSTS_MAX; i++) {
		const struct proof_host *h = &p->all->hosts[i];

		if (h->leg == p->leg && is_granted(h, now_us))
			return true;
	}

	return false;
}


/** Sound and pictures of a leg share theirs */
static bool shares(const struct proof *p, const struct proof_host *h,
		   uint64_t now_us)
{
	return p->leg && h->leg == p->leg && is_granted(h, now_us);
}


static void begin(struct proof *p, uint64_t now_us)
{
	struct proof_host *h = host_of(p, now_us);

	p->begun = true;
	p->begun_us = now_us;
	if (p->spent || h == &p->all->rest)
		return;

	/* a host that many share, as a session border controller */
	if (h->heard) {
		p->full = true;
		p->full_until_us = now_us + PROOF_FULL_US;
		return;
	}

	if (!shares(p, h, now_us)) {
		if (is_granted(h, now_us) || had_elsewhere(p, now_us))
			return;

		h->granted = true;
		h->leg = p->leg;
		h->since_us = now_us;
		h->picture_bytes = h->handshake_bytes = 0;
	}

	p->full = true;
	p->full_until_us = h->since_us + PROOF_FULL_US;
}


static bool at_full_rate(struct proof *p, enum proof_matter matter,
			 size_t bytes, uint64_t now_us)
{
	uint64_t cost_us = bytes * 1000000ull / PROOF_BYTES_PER_S;
	struct proof_host *h;

	if (!p->full || !elapsed_us(p->full_until_us, now_us))
		return false;

	if (matter == PROOF_SOUND)
		return take(&p->all->paid_us, cost_us, PROOF_BURST_US, now_us);

	h = host_of(p, now_us);
	if (p->missed || h->picture_bytes + bytes > PROOF_PICTURES_BYTES ||
	    !take(&p->all->paid_us, cost_us, PROOF_BURST_US, now_us))
		return false;

	h->picture_bytes += bytes;

	return true;
}


/* -------------------------------------------------------------- trickle */

static uint64_t interval_us(const struct proof *p, uint64_t now_us)
{
	uint64_t us = elapsed_us(now_us, p->begun_us);

	return us >= PROOF_SLOWER_AFTER_US ? PROOF_SLOWER_US
					   : PROOF_TRICKLE_US;
}


static bool host_takes(const struct proof *p, unsigned packets,
		       uint64_t now_us)
{
	return take(&host_of(p, now_us)->paid_us,
		    packets * (uint64_t)PROOF_HOST_US,
		    PROOF_HOST_BURST * (uint64_t)PROOF_HOST_US, now_us);
}


/** Nobody hears it, and will not: its leg may live by another line's */
static bool is_over(const struct proof *p, uint64_t now_us)
{
	return p->begun && elapsed_us(now_us, p->begun_us) >= PROOF_OVER_US;
}


static bool trickles(struct proof *p, uint64_t now_us)
{
	if (is_over(p, now_us))
		return false;

	if (p->sound &&
	    elapsed_us(now_us, p->sound_us) < interval_us(p, now_us))
		return false;

	if (!host_takes(p, 1, now_us) && (p->sound || p->full))
		return false;

	p->sound = true;
	p->sound_us = now_us;

	return true;
}


static bool reports(struct proof *p, uint64_t now_us)
{
	if (is_over(p, now_us))
		return false;

	if (p->report && elapsed_us(now_us, p->report_us) < PROOF_REPORT_US)
		return false;

	if (!host_takes(p, 1, now_us))
		return false;

	p->report = true;
	p->report_us = now_us;

	return true;
}


/* ----------------------------------------------------------- handshakes */

/** Within the leg's allowance. A host that many share was heard perhaps since
 *  this one began: those who call at once all begin before it answers */
static bool handshakes_at_once(struct proof *p, size_t bytes, uint64_t now_us)
{
	struct proof_host *h = host_of(p, now_us);

	if (h->heard && !p->full && !p->spent) {
		p->full = true;
		p->full_until_us = now_us + PROOF_FULL_US;
	}

	if (!h->heard && h->handshake_bytes + bytes > PROOF_HANDSHAKE_BYTES)
		return false;

	if (!at_full_rate(p, PROOF_SOUND, bytes, now_us))
		return false;

	h->handshake_bytes += bytes;

	return true;
}


static void note_flight(struct proof *p, size_t bytes, uint64_t now_us)
{
	if (p->flight_us != now_us)
		p->flight_bytes = 0;

	p->flight_us = now_us;
	p->flight_bytes += bytes;
}


/** More of the flight that has just begun: what it takes, others have less of
 *  later */
static bool goes_on(const struct proof *p, size_t bytes, uint64_t now_us)
{
	uint64_t *paid_us = &host_of(p, now_us)->paid_us;

	if (!p->flight_bytes || p->flight_us != now_us ||
	    p->flight_bytes + bytes > PROOF_FLIGHT_BYTES)
		return false;

	*paid_us = now_us + elapsed_us(*paid_us, now_us) +
		   PROOF_HANDSHAKE_COST * (uint64_t)PROOF_HOST_US;

	return true;
}


static bool flight_begins(const struct proof *p, uint64_t now_us)
{
	return !is_over(p, now_us) &&
	       host_takes(p, PROOF_HANDSHAKE_COST, now_us);
}


/** Unlike sound the first one is not free of what the host has: a call has
 *  many lines, each with two of them, and who waits for one is sent the next
 *  repeat */
static bool handshakes(struct proof *p, size_t bytes, uint64_t now_us)
{
	if (!handshakes_at_once(p, bytes, now_us) &&
	    !goes_on(p, bytes, now_us) && !flight_begins(p, now_us))
		return false;

	note_flight(p, bytes, now_us);

	return true;
}


/* ------------------------------------------------------------ interface */

void proof_init(struct proof *p, struct proof_hosts *all)
{
	memset(p, 0, sizeof(*p));
	p->all = all;
}


void proof_towards(struct proof *p, const struct sa *addr)
{
	struct sa none;

	sa_init(&none, AF_UNSPEC);
	if (!addr || !sa_isset(addr, SA_ADDR))
		addr = &none;

	if (sa_isset(&p->host, SA_ADDR) ? sa_cmp(&p->host, addr, SA_ADDR)
					: addr == &none)
		return;

	p->spent = p->spent || (p->full && !p->proven);
	p->host = *addr;
	p->proven = p->begun = p->full = p->missed = false;
	p->sound = p->report = false;
	p->flight_bytes = 0;
}


bool proof_given(struct proof *p)
{
	bool missed = p->missed;

	/* another leg's, to the same host, is as it was */
	tell_host(p);

	p->proven = true;
	p->missed = false;

	return missed;
}


bool proof_may_send(struct proof *p, enum proof_matter matter, size_t bytes,
		    uint64_t now_us)
{
	if (p->proven)
		return true;

	if (!sa_isset(&p->host, SA_ADDR))
		return false;

	if (matter == PROOF_REPORT)
		return reports(p, now_us);

	if (!p->begun)
		begin(p, now_us);

	if (matter == PROOF_HANDSHAKE)
		return handshakes(p, bytes, now_us);

	if (at_full_rate(p, matter, bytes, now_us))
		return true;

	if (matter == PROOF_SOUND)
		return trickles(p, now_us);

	p->missed = true;

	return false;
}
